//! What is shown on standard error while runs go on.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use losslab::lab::Event;

/// Steps of the bar for one run.
const STEPS: f64 = 1000.0;
/// Fast enough for the eye.
const BETWEEN_DRAWS: Duration = Duration::from_millis(80);

/// One bar over all runs. Without a terminal, a line per finished problem.
pub struct Progress {
    bar: ProgressBar,
    lines: bool,
    problem: String,
    finished: usize,
    heading: String,
    before: f64,
    budget: f64,
    drawn: Instant,
}

impl Progress {
    /// Progress of `runs` runs; none is shown if `quiet`.
    pub fn new(runs: usize, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = match terminal && !quiet {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(runs as u64 * STEPS as u64), target);
        let style = ProgressStyle::with_template("{msg:54!} [{wide_bar}] {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        Self {
            bar,
            lines: !terminal && !quiet,
            problem: String::new(),
            finished: 0,
            heading: String::new(),
            before: 0.0,
            budget: 1.0,
            drawn: Instant::now(),
        }
    }

    /// Takes note of what happens.
    pub fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::RunStarted { index, problem, solver, seed, budget, .. } => {
                if self.problem != *problem {
                    self.problem_done();
                    self.problem = (*problem).to_owned();
                }
                self.heading = format!("{problem} · {solver} · seed {seed}");
                self.before = *index as f64 * STEPS;
                self.budget = *budget;
                self.bar.set_position(self.before as u64);
                self.bar.set_message(self.heading.clone());
            }
            Event::Iterated { passes, loss } => self.draw(*passes, *loss),
            Event::RunFinished(_) => {
                self.finished += 1;
                self.bar.set_position((self.before + STEPS) as u64);
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(mut self) {
        self.problem_done();
        self.bar.finish_and_clear();
    }

    fn draw(&mut self, passes: f64, loss: f64) {
        if self.drawn.elapsed() < BETWEEN_DRAWS {
            return;
        }
        self.drawn = Instant::now();
        let share = (passes / self.budget).clamp(0.0, 1.0);
        self.bar.set_message(format!("{} · loss {loss:.3e}", self.heading));
        self.bar.set_position((self.before + STEPS * share) as u64);
    }

    fn problem_done(&mut self) {
        if self.lines && self.finished > 0 {
            let runs = if self.finished == 1 { "run" } else { "runs" };
            eprintln!("{}: {} {runs} finished", self.problem, self.finished);
        }
        self.finished = 0;
    }
}
