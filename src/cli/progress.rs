//! What is shown on standard error while runs go on.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use losslab::lab::{Event, Run};
use losslab::report;

use super::console::Console;
use super::output;

/// Steps of the bar for one run.
const STEPS: f64 = 1000.0;
/// Fast enough for the eye.
const BETWEEN_DRAWS: Duration = Duration::from_millis(80);

/// One bar over all runs, then one for each thing that is measured. Without a terminal, a
/// line per finished problem and thing. A line per finished run where more is asked for.
pub struct Progress {
    bar: ProgressBar,
    console: Console,
    lines: bool,
    runs: usize,
    /// What is measured, empty during runs.
    what: String,
    problem: String,
    /// Runs of the problem, or how much is measured.
    finished: usize,
    /// The runs that go on, by their numbers.
    running: BTreeMap<usize, Running>,
    /// Runs that have ended, or were known from before.
    over: usize,
    drawn: Instant,
}

/// A run that goes on.
struct Running {
    heading: String,
    budget: f64,
    /// How much of the budget is spent.
    share: f64,
}

impl Progress {
    /// Progress of `runs` runs, as far as the console says anything.
    pub fn new(runs: usize, console: Console) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = match terminal && !console.is_quiet() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(runs as u64 * STEPS as u64), target);
        let style = ProgressStyle::with_template(&template(output::error_width()));
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        Self {
            bar,
            console,
            lines: !terminal,
            runs,
            what: String::new(),
            problem: String::new(),
            finished: 0,
            running: BTreeMap::new(),
            over: 0,
            drawn: Instant::now(),
        }
    }

    /// Takes note of what happens.
    pub fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::RunsKnown { count } => {
                self.over += count;
                self.bar.set_position(self.position());
                self.bar.reset_eta();
                self.line(&event.to_string());
            }
            Event::RunStarted { index, problem, solver, seed, budget, .. } => {
                if !self.what.is_empty() || self.problem != *problem {
                    self.done();
                    self.problem = (*problem).to_owned();
                }
                if !self.what.is_empty() {
                    self.begin("", self.runs as u64 * STEPS as u64);
                }
                let heading = format!("{problem} · {solver} · seed {seed}");
                self.bar.set_message(self.message(&heading));
                self.running.insert(*index, Running { heading, budget: *budget, share: 0.0 });
                self.bar.set_position(self.position());
            }
            Event::Iterated { index, passes, loss } => self.draw(*index, *passes, *loss),
            Event::Measured { what, done, total } => self.measured(what, *done, *total),
            Event::RunFinished { index, run, .. } => {
                self.name(run);
                self.finished += 1;
                self.over += 1;
                self.running.remove(index);
                self.bar.set_position(self.position());
            }
        }
    }

    fn measured(&mut self, what: &str, done: usize, total: usize) {
        // The next of its kind begins where less is done than before.
        if self.what != what || done < self.finished {
            self.done();
            self.begin(what, total as u64);
            self.bar.set_message(what.to_owned());
        }
        self.bar.set_position(done as u64);
        self.finished = done;
    }

    /// A new bar of so many steps.
    fn begin(&mut self, what: &str, length: u64) {
        what.clone_into(&mut self.what);
        self.bar.reset();
        self.bar.set_length(length);
    }

    /// Takes the bar away.
    pub fn finish(mut self) {
        self.done();
        self.bar.finish_and_clear();
    }

    fn draw(&mut self, index: usize, passes: f64, loss: f64) {
        let is_early = self.drawn.elapsed() < BETWEEN_DRAWS;
        let Some(run) = self.running.get_mut(&index).filter(|_| !is_early) else { return };
        self.drawn = Instant::now();
        run.share = (passes / run.budget).clamp(0.0, 1.0);
        let heading = run.heading.clone();
        self.bar.set_message(format!("{} · loss {loss:.3e}", self.message(&heading)));
        self.bar.set_position(self.position());
    }

    /// The run, and where it stands among all.
    fn message(&self, heading: &str) -> String {
        format!("{}/{} {heading}", (self.over + 1).min(self.runs), self.runs)
    }

    /// Steps of all runs so far.
    fn position(&self) -> u64 {
        let shares: f64 = self.running.values().map(|run| run.share).sum();
        (STEPS * (self.over as f64 + shares)) as u64
    }

    /// The line of a problem, or of what was measured.
    fn done(&mut self) {
        if self.finished > 0 {
            self.line(&match (self.what.as_str(), self.finished) {
                ("", 1) => format!("{}: 1 run finished", self.problem),
                ("", runs) => format!("{}: {runs} runs finished", self.problem),
                (what, count) => format!("{what}: {count} measured"),
            });
        }
        self.finished = 0;
    }

    /// A line where there is no bar.
    fn line(&self, line: &str) {
        if self.lines {
            self.console.tell(line);
        }
    }

    /// How a run ended, above the bar.
    fn name(&self, run: &Run) {
        self.bar.suspend(|| self.console.detail(|| report::run_text(run)));
    }
}

/// The line: a message that leaves the bar some of the terminal's width.
fn template(width: Option<u16>) -> String {
    /// A bar of ten, and what stands around it.
    const REST: u16 = 27;
    let message = width.map_or(54, |width| width.saturating_sub(REST).clamp(8, 54));
    format!("{{msg:{message}!}} [{{wide_bar}}] {{eta}} left")
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn narrow_terminals_shorten_the_message() {
        assert!(template(None).starts_with("{msg:54!} ["));
        assert!(template(Some(200)).starts_with("{msg:54!} ["));
        assert!(template(Some(50)).starts_with("{msg:23!} ["));
        assert!(template(Some(10)).starts_with("{msg:8!} ["));
    }
}
