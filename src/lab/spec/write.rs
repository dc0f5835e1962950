//! Experiment → TOML.

use std::fmt::Write;

use super::layers::layer_lines;
use super::{ExperimentSpec, ProblemSpec};
use crate::data::{DataSource, Storage};
use crate::lab::Reference;
use crate::solver::{Setting, SolverSpec};

impl ExperimentSpec {
    /// The specification with every value spelled out, so that it means the same
    /// when a default changes. [`ExperimentSpec::from_toml`] reads it back to an
    /// equal one.
    pub fn to_toml(&self) -> String {
        let mut out = Lines(String::new());
        out.key("name", text(&self.name));
        out.key("seeds", list(&self.seeds, u64::to_string));
        out.key("budget", number(self.budget));
        if let Some(iterations) = self.iterations {
            out.key("iterations", iterations);
        }
        out.key("gradient_tolerance", number(self.gradient_tolerance));
        if let Some(share) = self.relative_decrease {
            out.key("relative_decrease", number(share));
        }
        if let Some(iterations) = self.plateau {
            out.key("plateau", iterations);
        }
        if let Some(seconds) = self.seconds {
            out.key("seconds", number(seconds));
        }
        out.key("stop_at_target", self.stop_at_target);
        out.key("target_levels", list(&self.target_levels, |level| number(*level)));
        out.key("timed", self.timed);
        if let Some(entries) = self.trace_entries {
            out.key("trace_entries", entries);
        }
        if let Some(threads) = self.threads {
            out.key("threads", threads);
        }
        for (key, names) in
            [("user_problems", &self.user_problems), ("user_solvers", &self.user_solvers)]
        {
            if !names.is_empty() {
                out.key(key, list(names, |name| text(name)));
            }
        }
        out.table("[split]");
        out.key("train", number(self.split.train));
        out.key("validation", number(self.split.validation));
        out.key("test", number(self.split.test));
        self.problems.iter().for_each(|problem| problem_lines(&mut out, problem));
        self.solvers.iter().for_each(|solver| solver_lines(&mut out, solver));
        out.0
    }
}

fn problem_lines(out: &mut Lines, problem: &ProblemSpec) {
    out.table("[[problem]]");
    out.key("name", text(&problem.name));
    if let Some(title) = &problem.title {
        out.key("title", text(title));
    }
    source_lines(out, &problem.data);
    match &problem.layers {
        None => out.key("hidden", list(&problem.hidden, usize::to_string)),
        Some(_) => {
            if let Some(input) = &problem.input {
                out.key("input", list(input, usize::to_string));
            }
        }
    }
    out.key("activation", text(problem.activation.name()));
    if let Some(loss) = problem.loss {
        out.key("loss", text(loss.name()));
    }
    for (key, value) in [
        ("huber_delta", problem.huber_delta),
        ("smoothing", problem.smoothing),
        ("label_smoothing", problem.label_smoothing),
    ] {
        if let Some(value) = value {
            out.key(key, number(value));
        }
    }
    if let Some(weights) = &problem.class_weights {
        out.key("class_weights", list(weights, |weight| number(*weight)));
    }
    out.key("initialisation", text(problem.initialisation.name()));
    if let Some(weights) = &problem.weights {
        out.key("weights", text(&weights.to_string_lossy()));
    }
    out.key("l2", number(problem.l2));
    if let Some(target_loss) = problem.target_loss {
        out.key("target_loss", number(target_loss));
    }
    if let Some(Reference { start, loss }) = problem.reference {
        out.key("reference_start", number(start));
        out.key("reference_loss", number(loss));
    }
    out.key("standardise", problem.standardise);
    if problem.storage != Storage::default() {
        out.key("storage", text(problem.storage.name()));
    }
    out.key("rows", text(problem.rows.name()));
    if let Some(layers) = &problem.layers {
        layer_lines(out, layers);
    }
}

fn source_lines(out: &mut Lines, source: &DataSource) {
    match source {
        DataSource::Embedded { name } | DataSource::Installed { name } => {
            out.key("data", text(name))
        }
        DataSource::File {
            path,
            target,
            task,
            drop,
            categorical,
            keep_constant,
            sample_weights,
        } => {
            out.key("data", text(&path.to_string_lossy()));
            if let Some(target) = target {
                out.key("target", text(target));
            }
            if let Some(task) = task {
                out.key("task", text(task.name()));
            }
            out.key("drop", list(drop, |column| text(column)));
            out.key("categorical", list(categorical, |column| text(column)));
            out.key("keep_constant", keep_constant);
            if let Some(column) = sample_weights {
                out.key("sample_weights", text(column));
            }
        }
    }
}

fn solver_lines(out: &mut Lines, solver: &SolverSpec) {
    out.table("[[solver]]");
    out.key("name", text(solver.method.name()));
    out.key("label", text(&solver.label));
    for (key, value) in solver.method.settings() {
        match value {
            Setting::Choice(name) => out.key(key, text(name)),
            value => out.key(key, value),
        }
    }
}

pub(super) fn text(value: &str) -> String {
    toml::Value::from(value).to_string()
}

/// The fewest digits that read back to the same value.
fn number(value: f64) -> String {
    format!("{value:?}")
}

pub(super) fn list<T>(items: &[T], write: impl Fn(&T) -> String) -> String {
    format!("[{}]", items.iter().map(write).collect::<Vec<_>>().join(", "))
}

/// Lines of TOML.
pub(super) struct Lines(String);

impl Lines {
    pub(super) fn key(&mut self, key: &str, value: impl std::fmt::Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }

    pub(super) fn table(&mut self, header: &str) {
        let _ = write!(self.0, "\n{header}\n");
    }
}
