//! `losslab landscape`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use losslab::Error;
use losslab::lab::Event;
use losslab::lab::landscape::{Axes, Request, draw_on};
use losslab::landscape::{Biases, Normalisation, Precision};
use losslab::report::{self, KeepInFolder, LossScale};

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::{Failure, INTERRUPTED};
use super::folder::Folder;
use super::job::Job;
use super::output::{print_line, width};
use super::progress::Progress;
use super::run::{name_program, read_and_name_data, write_environment};
use super::spec_from_arguments::landscape as plan_landscape;
use super::values::{choices, whole};

const EXAMPLES: &str = "\
Examples:
  losslab landscape
  losslab landscape -p california -s gd,cg,lbfgs
  losslab landscape -s lbfgs \\
      --directions extremes --curvature 15
  losslab landscape --weights w.safetensors \\
      --hidden 32,16 --draws 3
  losslab landscape --point a.safetensors \\
      --point b.safetensors
  losslab landscape --run epochs/ --hidden 32,16

After Ctrl-C or a crash the same command goes on where it was.

Exit code:
  0    done; a run that diverged says so
  1    a file cannot be written
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C";

/// Draw the loss surface, and the paths of solvers on it
///
/// Trains several solvers from one start and draws their paths on the plane that
/// lies nearest to all their iterates, with what the plane does not show; or draws
/// the surface around one solution, along random directions, the gradient or
/// eigenvectors of the Hessian; or between weights files.
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct LandscapeArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// The seed of split, start and random directions [default: 0]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// A folder with a run of your own: its iterates as .safetensors files in the
    /// order of their names; several by repeating this
    #[arg(long = "run", value_name = "DIR", help_heading = "Landscape")]
    pub runs: Vec<PathBuf>,

    /// The axes: paths (the principal components of the runs' iterates), random,
    /// gradient, eigenvectors (of the two largest eigenvalues of the Hessian), or
    /// extremes (the largest and the smallest) [default: paths, or random if there
    /// is no run]
    #[arg(long, value_name = "NAME", help_heading = "Landscape")]
    #[arg(value_parser = PossibleValuesParser::new(&Axes::NAMES[..5]), conflicts_with = "points_on_it")]
    pub directions: Option<String>,

    /// A weights file that the line (two of them) or plane (three) passes through
    #[arg(id = "points_on_it", long = "point", value_name = "FILE.safetensors")]
    #[arg(help_heading = "Landscape")]
    pub through: Vec<PathBuf>,

    /// What random directions are scaled to [default: filter]
    #[arg(long, value_name = "WHAT", help_heading = "Landscape")]
    #[arg(value_parser = choices(Normalisation::ALL.map(|choice| (choice.name(), choice))))]
    pub normalisation: Option<Normalisation>,

    /// Let random directions move biases too
    #[arg(long, help_heading = "Landscape")]
    pub biases: bool,

    /// Random planes or lines, each with its own picture, and their spread
    /// [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Landscape")]
    #[arg(allow_negative_numbers = true)]
    pub draws: Option<u64>,

    /// A line along the first axis instead of a plane
    #[arg(long, help_heading = "Landscape")]
    pub line: bool,

    /// Points along each axis [default: 51, between two points 101]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Landscape")]
    #[arg(allow_negative_numbers = true)]
    pub points: Option<usize>,

    /// How far the axes go: for random directions and two points in units of
    /// their length [default: 1], else in ‖Δθ‖ [default: what holds the paths, or a
    /// tenth of ‖θ‖]
    #[arg(long, value_name = "R", allow_negative_numbers = true, help_heading = "Landscape")]
    pub reach: Option<f64>,

    /// Compute the grid in single precision: twice as fast, for pictures
    #[arg(long, help_heading = "Landscape")]
    pub single_precision: bool,

    /// Measure only where interpolation is about to miss the logarithm of the loss
    /// by more than this share of its range, such as 0.01
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, help_heading = "Landscape")]
    pub refine: Option<f64>,

    /// Map the extreme eigenvalues of the Hessian too, at N × N points
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Landscape")]
    #[arg(allow_negative_numbers = true)]
    pub curvature: Option<usize>,

    /// How losses are spread over levels and colours: log-above-least is the
    /// logarithm of L − Lmin [default: auto]
    #[arg(long, value_name = "SCALE", value_parser = choices(LossScale::ALL))]
    #[arg(help_heading = "Landscape")]
    pub scale: Option<LossScale>,
}

/// Draws a landscape.
pub fn landscape(
    arguments: &LandscapeArguments,
    job: &Job,
    console: Console,
) -> Result<ExitCode, Failure> {
    let plan = plan_landscape(arguments).map_err(Failure::input)?;
    arguments.check().map_err(Failure::input)?;
    let request = request(arguments);
    request.validate().map_err(Failure::input)?;
    let threads = job.start_threads(plan.threads)?;
    let interrupt = job.listen_to_interrupts(console)?;
    let claimed = Folder::claim(&plan.output, console)?;
    name_program(console, &threads);
    read_and_name_data(console, &plan.spec)?;
    let mut progress = Progress::new(plan.spec.solvers.len(), console);
    let mut keep = KeepInFolder::new(&plan.output);
    let found = threads.install(|| {
        let observe = &mut |event: Event<'_>| progress.observe(&event);
        draw_on(job.ranks(), &plan.spec, &request, &interrupt, observe, &mut keep)
    });
    progress.finish();
    let failure = |error| match keep.has_failed() {
        true => Failure::run(error),
        false => Failure::input(error),
    };
    let Some(found) = found.map_err(failure)? else {
        console.warn("interrupted", "; the same command goes on where this ended");
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let scale = arguments.scale.unwrap_or_default();
    let pictures = threads.install(|| report::write_landscape(&plan.output, &found, scale))?;
    report::atomic_write(&plan.output.join("spec.toml"), plan.spec.to_toml().as_bytes())?;
    let about = std::slice::from_ref(&found.summary);
    write_environment(&plan.output, threads.current_num_threads(), about)?;
    keep.done()?;
    match arguments.experiment.json {
        true => print_line(&report::landscape_json(&found))?,
        false => print_line(&report::landscape_text(&found, Some(width())))?,
    }
    let (count, folder) = (pictures.len(), plan.output.display());
    console.tell(&format!(
        "{count} pictures, and all that was measured as JSON and NPZ, are in {folder}"
    ));
    claimed.write_page(arguments.experiment.no_html, console)?;
    claimed.name_written(console);
    Ok(ExitCode::SUCCESS)
}

impl LandscapeArguments {
    /// That no flag is given that would change nothing.
    fn check(&self) -> Result<(), Error> {
        let random = [
            ("--draws", self.draws.is_some()),
            ("--normalisation", self.normalisation.is_some()),
            ("--biases", self.biases),
        ];
        let is_random = self.axes() == "random";
        let given = random.into_iter().find(|(_, is_given)| *is_given && !is_random);
        let (flag, problem, remedy) = match given {
            Some((flag, _)) => {
                (flag, "it is for random directions", "add --directions random, or leave it out")
            }
            None if self.line && self.through.len() == 3 => {
                ("--line", "three points make a plane", "give two --point, or leave out --line")
            }
            None => return Ok(()),
        };
        let [problem, remedy] = [problem, remedy].map(str::to_owned);
        Err(Error::Specification { place: flag.to_owned(), problem, remedy })
    }

    /// Whether solvers are run: unless there is something else to draw.
    pub fn trains(&self) -> bool {
        let has_point = self.experiment.problem.weights.is_some() || !self.through.is_empty();
        !self.experiment.solvers.is_empty() || (!has_point && self.runs.is_empty())
    }

    fn asks_for_random(&self) -> bool {
        self.draws.is_some() || self.normalisation.is_some() || self.biases
    }

    /// The name of the axes.
    pub fn axes(&self) -> &str {
        let has_runs = self.trains() || !self.runs.is_empty();
        match &self.directions {
            Some(name) => name,
            None if !self.through.is_empty() => "points",
            None if has_runs && !self.asks_for_random() => "paths",
            None => "random",
        }
    }
}

fn request(arguments: &LandscapeArguments) -> Request {
    let axes = match arguments.axes() {
        "gradient" => Axes::Gradient,
        "eigenvectors" => Axes::Eigenvectors,
        "extremes" => Axes::Extremes,
        "points" => Axes::Points(arguments.through.clone()),
        "paths" => Axes::Paths,
        _ => Axes::Random {
            normalisation: arguments.normalisation.unwrap_or_default(),
            biases: if arguments.biases { Biases::Kept } else { Biases::Ignored },
            draws: arguments.draws.unwrap_or(1),
        },
    };
    let default = Request::default();
    Request {
        axes,
        line: arguments.line,
        points: arguments.points.unwrap_or(match arguments.through.len() {
            // Both solutions are among them.
            2 => 101,
            _ => default.points,
        }),
        reach: arguments.reach,
        precision: match arguments.single_precision {
            true => Precision::Single,
            false => Precision::Double,
        },
        tolerance: arguments.refine,
        curvature: arguments.curvature,
        train: arguments.trains(),
        runs: arguments.runs.clone(),
    }
}
