//! What compare and train have in common: data, threads, interrupts, results.

use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use losslab::Error;
use losslab::lab::environment::Environment;
use losslab::lab::{Event, ProblemSummary, Run};
use losslab::report::{self, RunJournal};
use rayon::ThreadPool;

use super::arguments::ExperimentArguments;
use super::failure::{Failure, INTERRUPTED};
use super::job::Job;
use super::output::print_line;
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
    quiet: bool,
}

impl<'j> Session<'j> {
    /// Checks the plan against its data, starts the threads, and listens to
    /// Ctrl-C.
    pub fn new(
        mut plan: Plan,
        arguments: &ExperimentArguments,
        job: &'j Job,
    ) -> Result<Self, Failure> {
        let resolved = plan.spec.resolve();
        resolved.map_err(|error| Failure::input(within(error, arguments.spec.as_deref())))?;
        let threads = job.start_threads(plan.threads)?;
        let (json, quiet) = (arguments.json, arguments.quiet);
        let interrupt = job.listen_to_interrupts()?;
        Ok(Self { plan, interrupt, threads, job, json, quiet })
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
        let mut progress = Progress::new(runs, self.quiet);
        let result = self.threads.install(|| run(&mut |event| progress.observe(&event)));
        progress.finish();
        Ok(result?)
    }

    /// Where the results for these problems come from.
    pub fn environment(&self, problems: &[ProblemSummary]) -> Environment {
        let command = std::iter::once("losslab".to_owned())
            .chain(std::env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned()))
            .collect();
        let here = Environment::here(self.threads.current_num_threads(), command, problems);
        Environment { ranks: self.job.environment(self.plan.threads), ..here }
    }

    /// Prints the result: `text` for people, or with `--json` a line per run.
    pub fn print(&self, text: &str, runs: &[Run]) -> Result<(), Failure> {
        if self.json {
            return runs.iter().try_for_each(|run| print_line(&report::run_json(run)));
        }
        print_line(text)
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
        if !self.quiet {
            eprintln!("{message}");
        }
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

/// Makes sure that results can be written before anything is computed.
pub fn create_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            Failure::input(Error::file(folder, error))
        }
        _ => Failure::run(Error::file(folder, error)),
    })
}
