//! `losslab train`.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use losslab::Error;
use losslab::lab::{Breaks, Checkpoint, ExperimentSpec, Metric, Trained};
use losslab::model::to_safetensors;
use losslab::report::{duration_text, paragraphs};
use losslab::{lab, report};

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::Failure;
use super::folder::Folder;
use super::job::Job;
use super::output::width;
use super::run::Session;
use super::spec_from_arguments::training;
use super::values::whole;

const EXAMPLES: &str = "\
Examples:
  losslab train
  losslab train -p spam -s cg --budget 500
  losslab train -p digits --split all \\
      --weights results/train/weights.safetensors
  losslab train -p mnist5k --checkpoint-every 50

Exit code:
  0    done; a run that diverged says so
  1    a file cannot be written
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C; what was done is written";

/// Train one network, and keep its weights
///
/// One run: one problem (digits if none is given), one solver (lbfgs), one seed.
/// Writes its record, its specification, charts of its course and the weights at the
/// lowest training loss.
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct TrainArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// The seed of start and split [default: 0]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// Write a checkpoint after every so many iterations, to the folder's
    /// checkpoint.losslab, and at the end of the iteration that Ctrl-C falls in
    /// [default: none, and every 10 with several ranks]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub checkpoint_every: Option<u64>,

    /// Go on from the folder's checkpoint.losslab, with the same bits as if there
    /// had been no break; budget and stopping rules may be others
    #[arg(long, help_heading = "Runs")]
    pub resume: bool,
}

/// The checkpoint's name in the folder.
const CHECKPOINT: &str = "checkpoint.losslab";
/// Iterations between checkpoints of several ranks, if no number is given: of the more
/// processes a run consists, the likelier one of them dies.
const CHECKPOINT_EVERY: u64 = 10;

/// Trains one network and writes its weights.
pub fn train(arguments: &TrainArguments, job: &Job, console: Console) -> Result<ExitCode, Failure> {
    let plan = training(arguments).map_err(Failure::input)?;
    let session = Session::new(plan, &arguments.experiment, job, console)?;
    let claimed = Folder::claim(&session.plan.output, console)?;
    claimed.refuse_other("comparison.json", "a comparison")?;
    let spec = &session.plan.spec;
    let path = session.plan.output.join(CHECKPOINT);
    let resume = match arguments.resume {
        true => Some(read(&path, spec)?),
        false => None,
    };
    let mut failed = Ok(());
    let mut take = |checkpoint: &Checkpoint| {
        let written = report::write_checkpoint(&path, checkpoint);
        if failed.is_ok() {
            failed = written;
        }
    };
    let by_default = job.has_several() && spec.solvers[0].method.check_resumable().is_ok();
    if job.has_several() && !by_default {
        let name = spec.solvers[0].method.name();
        session.tell(&format!("no checkpoint is written: a run of {name} cannot be resumed"));
    }
    let every = arguments.checkpoint_every.or(by_default.then_some(CHECKPOINT_EVERY));
    let checkpoint = every.map(|every| (every, &mut take as _));
    let breaks = Breaks { checkpoint, resume };
    let trained = session
        .observe(|observe| lab::train_on(job.ranks(), spec, &session.interrupt, observe, breaks))?;
    session.print(
        &paragraphs(&summary(&trained), Some(width())),
        std::slice::from_ref(&trained.run),
    )?;
    write(&session, &trained)?;
    session.tell(&format!("weights, record and charts are in {}", session.plan.output.display()));
    claimed.write_page(arguments.experiment.no_html, console)?;
    claimed.name_written(console);
    failed?;
    Ok(session.exit_code())
}

/// The checkpoint that the run goes on from.
fn read(path: &Path, spec: &ExperimentSpec) -> Result<Checkpoint, Failure> {
    spec.solvers[0].method.check_resumable().map_err(Failure::input)?;
    if !path.exists() {
        return Err(Failure::input(Error::Specification {
            place: path.display().to_string(),
            problem: "there is no checkpoint to resume from".to_owned(),
            remedy: "name the folder of a run with --checkpoint-every, or leave out --resume"
                .to_owned(),
        }));
    }
    report::read_checkpoint(path).map_err(Failure::input)
}

fn write(session: &Session, trained: &Trained) -> Result<(), Failure> {
    let folder = &session.plan.output;
    let environment = session.environment(std::slice::from_ref(&trained.summary));
    let environment = report::environment_json(&environment);
    let [record, timing] = report::record_lines(std::slice::from_ref(&trained.run));
    let weights = to_safetensors(&trained.network, &trained.theta);
    report::atomic_write(&folder.join("spec.toml"), session.plan.spec.to_toml().as_bytes())?;
    report::atomic_write(&folder.join("environment.json"), environment.as_bytes())?;
    report::atomic_write(&folder.join("runs.jsonl"), record.as_bytes())?;
    report::atomic_write(&folder.join("timing.jsonl"), timing.as_bytes())?;
    report::write_training_charts(folder, &session.plan.spec, trained)?;
    Ok(report::atomic_write(&folder.join("weights.safetensors"), &weights)?)
}

/// The run in a few lines.
fn summary(trained: &Trained) -> String {
    let Trained { run, summary, .. } = trained;
    let record = &run.record;
    let mut lines = vec![
        format!("{}, {}", summary.title, summary.network),
        format!("  {} seed {}: {}", record.solver, record.seed, record.status.name()),
        format!(
            "  training loss {} after {} iterations, {:.1} passes, {}",
            record.loss.map_or("not finite".into(), |loss| format!("{loss:.5}")),
            record.iterations,
            record.passes,
            duration_text(run.timing.seconds)
        ),
    ];
    lines.extend(record.message.as_ref().map(|message| format!("  {message}")));
    lines.extend(record.test_metric.map(|value| match record.metric {
        Metric::Accuracy => format!("  test accuracy {:.2} %", 100.0 * value),
        Metric::Rmse => format!("  test RMSE {value:.5} {}", summary.metric_unit),
    }));
    lines.extend(record.test_r_squared.map(|value| format!("  test R² {value:.4}")));
    lines.join("\n")
}
