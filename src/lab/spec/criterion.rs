//! The loss of a problem, with its parameters.

use super::{ProblemSpec, out_of_range};
use crate::data::{Dataset, Task, WEIGHT_MAX};
use crate::error::{Result, shortened};
use crate::model::{Criterion, Loss};
use crate::solver::settings::Defect;

impl ProblemSpec {
    /// The loss for data of this task.
    ///
    /// # Errors
    /// [`Error::Specification`](crate::Error::Specification) if the loss asked for does
    /// not fit: a regression has the squared error, the Huber loss or the absolute
    /// error; two classes and labels have the binary cross-entropy, more classes the
    /// cross-entropy, and all of these also the squared error.
    pub fn loss_for(&self, task: Task) -> Result<Loss> {
        let natural = match task {
            Task::Regression => Loss::SquaredError,
            Task::Binary | Task::MultiLabel => Loss::BinaryCrossEntropy,
            Task::MultiClass => Loss::CrossEntropy,
        };
        match self.loss {
            None => Ok(natural),
            Some(loss) if loss == natural || loss == Loss::SquaredError => Ok(loss),
            Some(loss) if task == Task::Regression && loss.measures_distance() => Ok(loss),
            Some(loss) => Err(self.error(Defect::new(
                "loss",
                format!("{} does not fit the task {}", loss.name(), task.name()),
                format!("take {}, or leave the loss out", natural.name()),
            ))),
        }
    }

    /// The loss for these data, with its parameters.
    ///
    /// # Errors
    /// As [`ProblemSpec::loss_for`]; and for parameters out of range, those of another
    /// loss, and class weights that do not fit the classes.
    pub fn criterion(&self, dataset: &Dataset) -> Result<Criterion> {
        let loss = self.loss_for(dataset.task)?;
        let checked = self
            .check_ranges()
            .and_then(|()| self.check_belonging(loss))
            .and_then(|()| self.check_class_weights(loss, dataset));
        checked.map_err(|defect| self.error(defect))?;
        let default = Criterion::from(loss);
        Ok(Criterion {
            loss,
            huber_delta: self.huber_delta.unwrap_or(default.huber_delta),
            smoothing: self.smoothing.unwrap_or(default.smoothing),
            label_smoothing: self.label_smoothing.unwrap_or(default.label_smoothing),
            class_weights: self.class_weights.clone(),
        })
    }

    /// States the loss, and the defaults of its parameters.
    pub(in crate::lab) fn state_loss(&mut self, loss: Loss) {
        let default = Criterion::from(loss);
        self.loss = Some(loss);
        let state = |value: &mut Option<f64>, key: &str, default: f64| {
            if has_parameter(loss, key) {
                *value = value.or(Some(default));
            }
        };
        state(&mut self.huber_delta, "huber_delta", default.huber_delta);
        state(&mut self.smoothing, "smoothing", default.smoothing);
        state(&mut self.label_smoothing, "label_smoothing", default.label_smoothing);
    }

    /// Takes another loss. Parameters that belong to the one before are forgotten.
    pub(super) fn change_loss(&mut self, loss: Loss) {
        self.loss = Some(loss);
        for (key, value) in [
            ("huber_delta", &mut self.huber_delta),
            ("smoothing", &mut self.smoothing),
            ("label_smoothing", &mut self.label_smoothing),
        ] {
            if !has_parameter(loss, key) {
                *value = None;
            }
        }
    }

    /// Everything about the loss that can be checked without the data.
    pub(super) fn check_loss(&self) -> std::result::Result<(), Defect> {
        self.check_ranges()?;
        self.loss.map_or(Ok(()), |loss| self.check_belonging(loss))
    }

    fn check_ranges(&self) -> std::result::Result<(), Defect> {
        let positive = |number: f64| number.is_finite() && number > 0.0;
        if let Some(delta) = self.huber_delta.filter(|delta| !positive(*delta)) {
            return Err(out_of_range("huber_delta", delta, "give a finite number above 0"));
        }
        let at_least_0 = |number: f64| number.is_finite() && number >= 0.0;
        if let Some(smoothing) = self.smoothing.filter(|smoothing| !at_least_0(*smoothing)) {
            let remedy = "give a finite number of at least 0";
            return Err(out_of_range("smoothing", smoothing, remedy));
        }
        let share = |number: f64| (0.0..1.0).contains(&number);
        if let Some(smoothing) = self.label_smoothing.filter(|smoothing| !share(*smoothing)) {
            let remedy = "give a number of at least 0 and below 1";
            return Err(out_of_range("label_smoothing", smoothing, remedy));
        }
        // Only ratios matter, and a sum over rows must not overflow.
        let is_weight = |weight: f64| positive(weight) && weight <= WEIGHT_MAX;
        let wrong = self.class_weights.iter().flatten().find(|weight| !is_weight(**weight));
        match wrong {
            Some(weight) => {
                let remedy = format!("give numbers above 0 and up to {WEIGHT_MAX:e}");
                Err(out_of_range("class_weights", weight, &remedy))
            }
            None => Ok(()),
        }
    }

    /// That no parameter is one of another loss.
    fn check_belonging(&self, loss: Loss) -> std::result::Result<(), Defect> {
        for (key, given) in [
            ("huber_delta", self.huber_delta.is_some()),
            ("smoothing", self.smoothing.is_some()),
            ("label_smoothing", self.label_smoothing.is_some()),
        ] {
            if given && !has_parameter(loss, key) {
                let owners = Loss::ALL.into_iter().filter(|owner| has_parameter(*owner, key));
                let owners = owners.map(Loss::name).collect::<Vec<_>>().join(" and ");
                return Err(Defect::new(
                    key,
                    format!("{} has no such parameter", loss.name()),
                    format!("leave it out; it belongs to the loss {owners}"),
                ));
            }
        }
        if self.class_weights.is_some() && matches!(loss, Loss::Huber | Loss::AbsoluteError) {
            return Err(no_classes());
        }
        Ok(())
    }

    fn check_class_weights(
        &self,
        loss: Loss,
        dataset: &Dataset,
    ) -> std::result::Result<(), Defect> {
        let Some(weights) = &self.class_weights else { return Ok(()) };
        let kind = match dataset.task {
            Task::Regression => return Err(no_classes()),
            Task::MultiLabel if loss != Loss::BinaryCrossEntropy => {
                return Err(Defect::new(
                    "class_weights",
                    format!("{} does not weigh labels", loss.name()),
                    "take binary-cross-entropy, or leave them out",
                ));
            }
            Task::MultiLabel => "labels",
            Task::Binary | Task::MultiClass => "classes",
        };
        let classes = &dataset.class_names;
        if weights.len() != classes.len() {
            let numbers = format!("{} of them for {} {kind}", weights.len(), classes.len());
            let remedy = format!("give one each for {}, in this order", shortened(classes));
            return Err(Defect::new("class_weights", numbers, remedy));
        }
        Ok(())
    }
}

fn no_classes() -> Defect {
    let problem = "the task is regression, which has no classes".to_owned();
    Defect::new("class_weights", problem, "leave them out")
}

/// Whether the loss has the parameter under this key.
fn has_parameter(loss: Loss, key: &str) -> bool {
    match loss {
        Loss::SquaredError => false,
        Loss::CrossEntropy | Loss::BinaryCrossEntropy => key == "label_smoothing",
        Loss::Huber => key == "huber_delta",
        Loss::AbsoluteError => key == "smoothing",
    }
}

#[cfg(test)]
mod tests;
