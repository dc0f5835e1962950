//! `losslab spectrum`.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use losslab::lab::sharpness;
use losslab::lab::spectrum::{Request, measure_on};
use losslab::landscape::curvature::CurvatureMatrix;
use losslab::landscape::sharpness::Scaling;
use losslab::numerics::spectral::{DensityOptions, TraceMethod};
use losslab::{Error, report};

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::Failure;
use super::folder::Folder;
use super::job::Job;
use super::output::{print_line, width};
use super::run::{Session, write_environment};
use super::spec_from_arguments::spectrum_plan;
use super::values::{choices, whole};

const EXAMPLES: &str = "\
Examples:
  losslab spectrum
  losslab spectrum -p iris --at both --layers \\
      --matrix all
  losslab spectrum --count 20 \\
      --weights results/train/weights.safetensors
  losslab spectrum -s gd --no-density --json
  losslab spectrum --along 40 --no-density \\
      -s gd:learning_rate=0.5 -s lbfgs

Exit code:
  0    done; a run that diverged says so
  1    a file cannot be written
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C; what was done is written";

/// Points of a run that are measured whole.
const ITERATIONS_MAX: usize = 20;

/// Measure how the loss curves: eigenvalues, trace, spectral density
///
/// Trains one problem (digits if none is given) with one solver (lbfgs), or takes
/// the weights of a file, and measures the Hessian there by exact products: the
/// algebraically largest and smallest eigenvalues with residual bounds, the trace
/// with its standard error, the density of the spectrum with a band over probes,
/// all eigenvalues up to 2000 parameters, and how far the loss rises nearby. With
/// --along also how the extreme eigenvalues change during training.
///
/// Prints it, and writes spectrum.json, spectrum.npz and pictures to the folder.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct SpectrumArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// The seed of start, split and random vectors [default: 0]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// Eigenvalues at each end
    #[arg(long, value_name = "K", value_parser = whole::<usize>, help_heading = "Spectrum")]
    #[arg(allow_negative_numbers = true, default_value = "10")]
    pub count: usize,

    /// The points of the run; weights of a file are measured as they are
    #[arg(long, value_name = "POINT", help_heading = "Spectrum", default_value = "end")]
    pub at: Points,

    /// Iterations of the first solver's run to measure at too, such as 5,20,80
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Spectrum")]
    #[arg(value_parser = whole::<u64>, allow_negative_numbers = true, conflicts_with = "weights")]
    pub at_iterations: Vec<u64>,

    /// The Hessian, its Gauss-Newton part, what remains, or all three
    #[arg(long, value_name = "MATRIX", help_heading = "Spectrum", default_value = "hessian")]
    pub matrix: Matrices,

    /// Each layer's diagonal block too, of the first matrix
    #[arg(long, help_heading = "Spectrum")]
    pub layers: bool,

    /// The estimate of the trace: one product a probe, or hutch++ with three
    #[arg(long, value_name = "METHOD", help_heading = "Spectrum", default_value = "hutch++")]
    #[arg(value_parser = choices(TraceMethod::ALL.map(|method| (method.name(), method))))]
    pub trace: TraceMethod,

    /// Probes of the trace
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Spectrum")]
    #[arg(allow_negative_numbers = true, default_value = "30")]
    pub probes: usize,

    /// Leave the density out
    #[arg(long, help_heading = "Spectrum")]
    pub no_density: bool,

    /// Probes of the density [default: 10, and more for fewer than 6400
    /// parameters]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Spectrum")]
    #[arg(allow_negative_numbers = true)]
    pub density_probes: Option<usize>,

    /// Lanczos steps of each
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Spectrum")]
    #[arg(allow_negative_numbers = true, default_value = "80")]
    pub density_steps: usize,

    /// The width of the kernel that smooths the density, as a share of the
    /// spectrum's
    #[arg(long, value_name = "SHARE", help_heading = "Spectrum", default_value = "0.01")]
    #[arg(allow_negative_numbers = true)]
    pub density_width: f64,

    /// Largest residual of an eigenvalue, as a share of the largest |eigenvalue|
    #[arg(long, value_name = "SHARE", help_heading = "Spectrum", default_value = "1e-10")]
    #[arg(allow_negative_numbers = true)]
    pub tolerance: f64,

    /// The extreme eigenvalues at N iterates of each solver's run, -s then given as
    /// often as you like; the rest is measured for the first
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Along the run")]
    #[arg(allow_negative_numbers = true)]
    pub along: Option<usize>,

    /// Leave out how far the loss rises around a point
    #[arg(long, help_heading = "Sharpness")]
    pub no_sharpness: bool,

    /// The radius of the ball in which the largest rise is looked for [default:
    /// 0.05 absolute, 0.5 relative]
    #[arg(long, value_name = "RHO", allow_negative_numbers = true, help_heading = "Sharpness")]
    pub radius: Option<f64>,

    /// The standard deviation of the perturbations whose mean rise is estimated
    /// [default: 0.01 absolute, 0.05 relative]
    #[arg(long, value_name = "SIGMA", allow_negative_numbers = true, help_heading = "Sharpness")]
    pub deviation: Option<f64>,

    /// What perturbations are scaled by: nothing, each parameter's magnitude, or the
    /// length of each unit's weights; several with commas between them
    #[arg(long, value_name = "SCALING", value_delimiter = ',', help_heading = "Sharpness")]
    #[arg(value_parser = choices(Scaling::ALL.map(|scaling| (scaling.name(), scaling))))]
    #[arg(default_value = "absolute,elementwise")]
    pub scaling: Vec<Scaling>,
}

/// `--at`.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Points {
    Start,
    End,
    Both,
}

/// `--matrix`.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Matrices {
    Hessian,
    GaussNewton,
    Remainder,
    All,
}

/// Measures curvature, prints it, and writes it where that was asked for.
pub fn spectrum(
    arguments: &SpectrumArguments,
    job: &Job,
    console: Console,
) -> Result<ExitCode, Failure> {
    let plan = spectrum_plan(arguments).map_err(Failure::input)?;
    let request = request(arguments).map_err(Failure::input)?;
    let session = Session::new(plan, &arguments.experiment, job, console)?;
    let claimed = Folder::claim(&session.plan.output, console)?;
    let mut spec = session.plan.spec.clone();
    let (ranks, interrupt) = (job.ranks(), &session.interrupt);
    let answer =
        session.observe(|observe| measure_on(ranks, &mut spec, &request, interrupt, observe))?;
    let written = report::write_spectrum(&session.plan.output, &answer, &spec.to_toml())?;
    match arguments.experiment.json {
        true => print_line(&report::spectrum_json(&answer))?,
        false => print_line(&report::spectrum_text(&answer, Some(width())))?,
    }
    let folder = &session.plan.output;
    write_environment(folder, session.threads.current_num_threads(), &[])?;
    session.tell(&format!("{} files are in {}", written.len(), folder.display()));
    claimed.write_page(arguments.experiment.no_html, console)?;
    claimed.name_written(console);
    Ok(session.exit_code())
}

fn request(arguments: &SpectrumArguments) -> Result<Request, Error> {
    let refuse = |flag: &str, problem: &str, remedy: &str| {
        Err(Error::Specification {
            place: flag.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        })
    };
    if arguments.count == 0 || arguments.count > 1000 {
        return refuse("--count", "it is not between 1 and 1000", "give a count such as 10");
    }
    if arguments.probes < 2 || arguments.probes > 100_000 {
        let problem = "an error needs at least 2 probes, and there are 100000 at most";
        return refuse("--probes", problem, "give a number such as 30");
    }
    if arguments.density_probes.is_some_and(|probes| !(1..=10_000).contains(&probes)) {
        let remedy = "give a number such as 10, or --no-density";
        return refuse("--density-probes", "it is not between 1 and 10000", remedy);
    }
    if !(1..=10_000).contains(&arguments.density_steps) {
        let remedy = "give a number such as 80, or --no-density";
        return refuse("--density-steps", "it is not between 1 and 10000", remedy);
    }
    if !(1e-5..=1.0).contains(&arguments.density_width) {
        let problem = "it is not between 1e-5 and 1";
        return refuse("--density-width", problem, "give a share such as 0.01");
    }
    if !(1e-13..=1.0).contains(&arguments.tolerance) {
        return refuse(
            "--tolerance",
            "it is not between 1e-13 and 1",
            "give a share such as 1e-10",
        );
    }
    if arguments.along.is_some_and(|points| !(2..=10_000).contains(&points)) {
        return refuse("--along", "it is not between 2 and 10000", "give a number such as 40");
    }
    if arguments.at_iterations.len() > ITERATIONS_MAX {
        return refuse("--at-iterations", "they are too many", "give at most 20");
    }
    for (flag, size) in [("--radius", arguments.radius), ("--deviation", arguments.deviation)] {
        if size.is_some_and(|size| !(size > 0.0 && size.is_finite())) {
            let remedy = "give a number such as 0.05, or --no-sharpness";
            return refuse(flag, "it is not a positive number", remedy);
        }
    }
    let density = DensityOptions {
        probes: arguments.density_probes,
        steps: arguments.density_steps,
        seed: 0,
    };
    Ok(Request {
        count: arguments.count,
        tolerance: arguments.tolerance,
        matrices: match arguments.matrix {
            Matrices::Hessian => vec![CurvatureMatrix::Hessian],
            Matrices::GaussNewton => vec![CurvatureMatrix::GaussNewton],
            Matrices::Remainder => vec![CurvatureMatrix::Remainder],
            Matrices::All => CurvatureMatrix::ALL.to_vec(),
        },
        layers: arguments.layers,
        trace: arguments.trace,
        trace_probes: arguments.probes,
        density: (!arguments.no_density).then_some(density),
        width: arguments.density_width,
        start: matches!(arguments.at, Points::Start | Points::Both),
        iterations: arguments.at_iterations.clone(),
        end: matches!(arguments.at, Points::End | Points::Both),
        sharpness: (!arguments.no_sharpness).then(|| sharpness_request(arguments)),
        along: arguments.along,
    })
}

fn sharpness_request(arguments: &SpectrumArguments) -> sharpness::Request {
    let mut request =
        sharpness::Request { scalings: arguments.scaling.clone(), ..sharpness::Request::default() };
    if let Some(radius) = arguments.radius {
        request.ball.radius = radius;
        request.relative[0] = radius;
    }
    if let Some(deviation) = arguments.deviation {
        request.mean.deviation = deviation;
        request.relative[1] = deviation;
    }
    request
}
