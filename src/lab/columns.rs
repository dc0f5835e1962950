//! Traces and targets as columns: `{"iteration": [0, 1, …], "passes": […], …}`, so that names
//! are written once. A column of counts that are all 0, or of numbers that are all absent, is
//! left out.

use serde::{Deserialize, Serialize};

use super::{Reached, TargetCost};
use crate::objective::{Executed, Requested, TraceEntry};

/// Declares how a list is written and read as columns.
macro_rules! columns {
    ($module:ident: $entry:ident as $columns:ident) => {
        pub(super) mod $module {
            use serde::de::Error;
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            use super::{$columns, $entry};

            /// Writes entries as columns.
            pub fn serialize<S: Serializer>(all: &[$entry], to: S) -> Result<S::Ok, S::Error> {
                $columns::new(all).serialize(to)
            }

            /// Reads columns of one length.
            pub fn deserialize<'de, D: Deserializer<'de>>(
                from: D,
            ) -> Result<Vec<$entry>, D::Error> {
                $columns::deserialize(from)?.entries().map_err(D::Error::custom)
            }
        }
    };
}

columns!(trace: TraceEntry as Columns);
columns!(targets: TargetCost as TargetColumns);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    iteration: Vec<u64>,
    passes: Vec<f64>,
    loss: Vec<f64>,
    gradient_norm: Vec<f64>,
    step: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    test_loss: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    test_metric: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "RequestedColumns::is_empty")]
    requested: RequestedColumns,
    #[serde(default, skip_serializing_if = "ExecutedColumns::is_empty")]
    executed: ExecutedColumns,
}

/// Declares the columns of a struct of counts.
macro_rules! counts {
    ($columns:ident of $counts:ident: $($field:ident),+) => {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $columns {
            $(#[serde(default, skip_serializing_if = "Vec::is_empty")] $field: Vec<u64>,)+
        }

        impl $columns {
            fn new<'t>(counts: impl Iterator<Item = &'t $counts> + Clone) -> Self {
                Self { $($field: unless_all_are(0, counts.clone().map(|c| c.$field)),)+ }
            }

            fn is_empty(&self) -> bool {
                $(self.$field.is_empty())&&+
            }

            fn check(&self, length: usize) -> Result<(), String> {
                $(check(stringify!($field), self.$field.len(), length, true)?;)+
                Ok(())
            }

            fn row(&self, row: usize) -> $counts {
                $counts { $($field: self.$field.get(row).copied().unwrap_or_default(),)+ }
            }
        }
    };
}

counts!(RequestedColumns of Requested:
    value, gradient, fused, batch, hessian_vector, gauss_newton_vector);
counts!(ExecutedColumns of Executed:
    forward, backward, linearize, hessian_vector, gauss_newton_vector, samples);

impl Columns {
    fn new(trace: &[TraceEntry]) -> Self {
        fn column<T>(trace: &[TraceEntry], of: impl Fn(&TraceEntry) -> T) -> Vec<T> {
            trace.iter().map(of).collect()
        }
        Self {
            iteration: column(trace, |entry| entry.iteration),
            passes: column(trace, |entry| entry.passes),
            loss: column(trace, |entry| entry.loss),
            gradient_norm: column(trace, |entry| entry.gradient_norm),
            step: column(trace, |entry| entry.step),
            test_loss: unless_all_are(None, trace.iter().map(|entry| entry.test_loss)),
            test_metric: unless_all_are(None, trace.iter().map(|entry| entry.test_metric)),
            requested: RequestedColumns::new(trace.iter().map(|entry| &entry.requested)),
            executed: ExecutedColumns::new(trace.iter().map(|entry| &entry.executed)),
        }
    }

    fn entries(&self) -> Result<Vec<TraceEntry>, String> {
        let length = self.iteration.len();
        for (name, column, may_be_absent) in [
            ("passes", self.passes.len(), false),
            ("loss", self.loss.len(), false),
            ("gradient_norm", self.gradient_norm.len(), false),
            ("step", self.step.len(), false),
            ("test_loss", self.test_loss.len(), true),
            ("test_metric", self.test_metric.len(), true),
        ] {
            check(name, column, length, may_be_absent)?;
        }
        self.requested.check(length)?;
        self.executed.check(length)?;
        let entry = |row: usize| TraceEntry {
            iteration: self.iteration[row],
            requested: self.requested.row(row),
            executed: self.executed.row(row),
            passes: self.passes[row],
            loss: self.loss[row],
            gradient_norm: self.gradient_norm[row],
            step: self.step[row],
            test_loss: self.test_loss.get(row).copied().flatten(),
            test_metric: self.test_metric.get(row).copied().flatten(),
        };
        Ok((0..length).map(entry).collect())
    }
}

/// Targets; what belongs to a target that was not reached is absent, or 0 among the counts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetColumns {
    loss: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    iteration: Vec<Option<u64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    passes: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "ExecutedColumns::is_empty")]
    executed: ExecutedColumns,
}

impl TargetColumns {
    fn new(targets: &[TargetCost]) -> Self {
        let nothing = Executed::default();
        let reached = targets.iter().map(|target| target.reached.as_ref());
        Self {
            loss: targets.iter().map(|target| target.loss).collect(),
            iteration: unless_all_are(None, reached.clone().map(|r| Some(r?.iteration))),
            passes: unless_all_are(None, reached.clone().map(|r| Some(r?.passes))),
            executed: ExecutedColumns::new(reached.map(|r| r.map_or(&nothing, |r| &r.executed))),
        }
    }

    fn entries(&self) -> Result<Vec<TargetCost>, String> {
        let length = self.loss.len();
        check("iteration", self.iteration.len(), length, true)?;
        check("passes", self.passes.len(), length, true)?;
        self.executed.check(length)?;
        let target = |row: usize| {
            let iteration = self.iteration.get(row).copied().flatten();
            let passes = self.passes.get(row).copied().flatten();
            let reached = iteration.zip(passes).map(|(iteration, passes)| Reached {
                iteration,
                passes,
                executed: self.executed.row(row),
            });
            TargetCost { loss: self.loss[row], reached }
        };
        Ok((0..length).map(target).collect())
    }
}

fn unless_all_are<T: PartialEq>(nothing: T, column: impl Iterator<Item = T> + Clone) -> Vec<T> {
    match column.clone().all(|value| value == nothing) {
        true => Vec::new(),
        false => column.collect(),
    }
}

fn check(name: &str, found: usize, length: usize, may_be_absent: bool) -> Result<(), String> {
    if found == length || may_be_absent && found == 0 {
        return Ok(());
    }
    Err(format!("a column '{name}' of {found} entries stands beside one of {length}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Holder(#[serde(with = "super::trace")] Vec<TraceEntry>);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Targets(#[serde(with = "super::targets")] Vec<TargetCost>);

    #[test]
    fn targets_read_back_whether_reached_or_not() {
        let executed = Executed { forward: 7, samples: 70, ..Executed::default() };
        let reached = Some(Reached { iteration: 3, passes: 3.5, executed });
        let all = [TargetCost { loss: 0.5, reached }, TargetCost { loss: 0.25, reached: None }];
        for (targets, expected) in [
            (
                all.to_vec(),
                r#"{"loss":[0.5,0.25],"iteration":[3,null],"passes":[3.5,null],"executed":{"forward":[7,0],"samples":[70,0]}}"#,
            ),
            (all[1..].to_vec(), r#"{"loss":[0.25]}"#),
            (Vec::new(), r#"{"loss":[]}"#),
        ] {
            let text = serde_json::to_string(&Targets(targets.clone())).unwrap();
            assert_eq!(text, expected);
            assert_eq!(serde_json::from_str::<Targets>(&text).unwrap(), Targets(targets));
        }
    }

    fn trace() -> Holder {
        let entry = |iteration: u64| TraceEntry {
            iteration,
            requested: Requested { fused: iteration, ..Requested::default() },
            executed: Executed { forward: iteration, ..Executed::default() },
            passes: iteration as f64 / 3.0,
            loss: (-(iteration as f64)).exp(),
            gradient_norm: 0.1,
            step: 1e-300,
            test_loss: (iteration == 1).then_some(0.5),
            test_metric: None,
        };
        Holder((0..3).map(entry).collect())
    }

    #[test]
    fn columns_read_back_to_the_same_entries_and_hold_no_empty_column() {
        let text = serde_json::to_string(&trace()).unwrap();
        assert_eq!(serde_json::from_str::<Holder>(&text).unwrap(), trace());
        assert!(text.contains(r#""requested":{"fused":[0,1,2]}"#), "{text}");
        assert!(text.contains(r#""test_loss":[null,0.5,null]"#), "{text}");
        assert!(!text.contains("test_metric"), "{text}");
        let empty = serde_json::to_string(&Holder(Vec::new())).unwrap();
        assert_eq!(serde_json::from_str::<Holder>(&empty).unwrap(), Holder(Vec::new()));
    }

    #[test]
    fn columns_of_different_lengths_are_refused_by_name() {
        let text = serde_json::to_string(&trace()).unwrap();
        for (whole, cut, name) in
            [("[0.1,0.1,0.1]", "[0.1,0.1]", "gradient_norm"), ("[0,1,2]", "[0,1]", "")]
        {
            let broken = text.replacen(whole, cut, 1);
            let error = serde_json::from_str::<Holder>(&broken).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("stands beside"), "{error}");
        }
    }
}
