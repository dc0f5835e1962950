//! What compare and train have in common: data, threads, interrupts, results.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use losslab::data::Dataset;
use losslab::lab::environment::Environment;
use losslab::lab::{Event, ExperimentSpec, ProblemSummary, Run};
use losslab::report::{self, RunJournal};
use rayon::ThreadPool;

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::{Failure, INTERRUPTED};
use super::job::Job;
use super::output::{print_line, print_styled};
use super::progress::Progress;
use super::spec_from_arguments::{Plan, within};

/// A plan that is ready to be run.
pub struct Session<'j> {
    /// The plan, with every loss filled in.
    pub plan: Plan,
    /// Set by Ctrl-C.
    pub interrupt: Arc<AtomicBool>,
    /// What the computation runs on.
    pub threads: ThreadPool,
    job: &'j Job,
    json: bool,
    console: Console,
}

impl<'j> Session<'j> {
    /// Checks the plan against its data, starts the threads, and listens to
    /// Ctrl-C.
    pub fn new(
        mut plan: Plan,
        arguments: &ExperimentArguments,
        job: &'j Job,
        console: Console,
    ) -> Result<Self, Failure> {
        let resolved = plan.spec.resolve();
        let data =
            resolved.map_err(|error| Failure::input(within(error, arguments.spec.as_deref())))?;
        let threads = job.start_threads(plan.threads)?;
        name_program(console, &threads);
        name_data(console, &plan.spec, &data);
        let interrupt = job.listen_to_interrupts(console)?;
        Ok(Self { plan, interrupt, threads, job, json: arguments.json, console })
    }

    /// Calls `run`, which does the runs of the plan, on the threads, and shows what it reports.
    pub fn observe<T: Send>(
        &self,
        run: impl FnOnce(&mut (dyn FnMut(Event<'_>) + Send)) -> losslab::Result<T> + Send,
    ) -> Result<T, Failure> {
        self.observe_runs(self.plan.spec.runs(), run)
    }

    /// [`Session::observe`] for so many runs.
    pub fn observe_runs<T: Send>(
        &self,
        runs: usize,
        run: impl FnOnce(&mut (dyn FnMut(Event<'_>) + Send)) -> losslab::Result<T> + Send,
    ) -> Result<T, Failure> {
        let mut progress = Progress::new(runs, self.console);
        let result = self.threads.install(|| run(&mut |event| progress.observe(&event)));
        progress.finish();
        Ok(result?)
    }

    /// Where the results for these problems come from.
    pub fn environment(&self, problems: &[ProblemSummary]) -> Environment {
        let here = environment(self.threads.current_num_threads(), problems);
        Environment { ranks: self.job.environment(self.plan.threads), ..here }
    }

    /// Prints the result: `text` for people, which may be styled, or with `--json` a line per run.
    pub fn print(&self, text: &str, runs: &[Run]) -> Result<(), Failure> {
        if self.json {
            return runs.iter().try_for_each(|run| print_line(&report::run_json(run)));
        }
        print_styled(text)
    }

    /// The journal of finished runs in the folder; says what is lost where `what` was
    /// interrupted and is not resumed.
    pub fn open_journal(&self, resume: bool, what: &str) -> Result<RunJournal<'_>, Failure> {
        let journal = RunJournal::open(&self.plan.output, resume)?;
        if journal.discarded() > 0 {
            self.tell(&format!(
                "finished runs of an interrupted {what} are not used: {}; --resume would have gone \
                 on with them",
                journal.discarded()
            ));
        }
        Ok(journal)
    }

    /// Tells the user something on standard error.
    pub fn tell(&self, message: &str) {
        self.console.tell(message);
    }

    /// Whether the user interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Success, or that the user interrupted.
    pub fn exit_code(&self) -> ExitCode {
        match self.is_interrupted() {
            true => ExitCode::from(INTERRUPTED),
            false => ExitCode::SUCCESS,
        }
    }
}

/// This program with its arguments, on so many threads.
pub fn environment(threads: usize, problems: &[ProblemSummary]) -> Environment {
    let arguments = std::env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned());
    let command = std::iter::once("losslab".to_owned()).chain(arguments).collect();
    Environment::here(threads, command, problems)
}

/// Writes `environment.json` into the folder of a measurement.
pub fn write_environment(
    folder: &Path,
    threads: usize,
    problems: &[ProblemSummary],
) -> Result<(), Failure> {
    Ok(report::write_environment(folder, &environment(threads, problems))?)
}

/// Says which program runs where, to those who want to know.
pub fn name_program(console: Console, threads: &ThreadPool) {
    console.detail(|| report::environment_text(&environment(threads.current_num_threads(), &[])));
}

/// Says what was read for each problem, to those who want to know.
fn name_data(console: Console, spec: &ExperimentSpec, data: &[Dataset]) {
    for (problem, data) in spec.problems.iter().zip(data) {
        console.detail(|| report::problem_text(problem, data));
    }
}

/// [`name_data`] where the data are read later, and by others.
pub fn read_and_name_data(console: Console, spec: &ExperimentSpec) -> Result<(), Failure> {
    if console.is_verbose() {
        let data = spec.clone().resolve().map_err(Failure::input)?;
        name_data(console, spec, &data);
    }
    Ok(())
}
