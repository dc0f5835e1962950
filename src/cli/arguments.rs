//! The raw arguments, as they are written.

mod experiment;
mod problem;

use clap::{Args, Parser, Subcommand};

use super::anchors::AnchorsArguments;
use super::bench::BenchArguments;
use super::compare::CompareArguments;
use super::completions::CompletionsArguments;
use super::connect::ConnectArguments;
use super::doctor::DoctorArguments;
use super::eval::EvalArguments;
use super::landscape::LandscapeArguments;
use super::list::ListArguments;
use super::man::ManArguments;
use super::report::ReportArguments;
use super::spectrum::SpectrumArguments;
use super::train::TrainArguments;
use super::tune::TuneArguments;
use super::verify::VerifyArguments;

pub use experiment::ExperimentArguments;
pub use problem::ProblemArguments;

const EXAMPLES: &str = "\
Examples:
  losslab                    the quick start
  losslab compare -p digits -s lbfgs,cg
  losslab compare -s gd:learning_rate=0.5 -s cg
  losslab compare --data houses.csv --target price
  losslab train -p digits    one run, its weights
  losslab tune -s gd -s adam    search settings
  losslab landscape          paths on a plane
  losslab connect            between two solutions
  losslab verify results/quickstart   same bytes?
  losslab list solvers       what there is
  losslab doctor             is all well here?

Exit code:
  0    done
  1    a file cannot be written, or the answer is
       no: results differ (verify), a check fails
       (doctor), a number is not finite (eval)
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C; what was done is written";

/// Which optimiser should train this network on this data?
///
/// losslab trains the same networks from the same starts with gradient descent,
/// conjugate gradient and L-BFGS, charges every pass to the method that asked
/// for it, and draws what happened. Without a command it runs the quick start:
/// house prices, spam and handwritten digits.
#[derive(Debug, Parser)]
#[command(name = "losslab", version, after_help = EXAMPLES, max_term_width = 80)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub messages: MessageArguments,
}

/// How much is said on standard error.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct MessageArguments {
    /// No progress and no messages: the result, and errors
    #[arg(short, long, global = true, help_heading = "Messages")]
    pub quiet: bool,

    /// Say more: program and machine, data read, each run's end, files written
    #[arg(short, long, global = true, help_heading = "Messages")]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run every solver on every problem with every seed
    Compare(CompareArguments),
    /// Train one network, and keep its weights
    Train(TrainArguments),
    /// Choose a solver's settings by a search, and say what that cost
    Tune(TuneArguments),
    /// Compute loss and derivatives at one point, for comparison
    Eval(EvalArguments),
    /// Draw the loss surface, and the paths of solvers on it
    Landscape(LandscapeArguments),
    /// Measure the line, the matched line and a curve between two solutions
    Connect(ConnectArguments),
    /// Measure how the loss curves: eigenvalues, trace, spectral density
    Spectrum(SpectrumArguments),
    /// Run stored results again, and say what differs
    Verify(VerifyArguments),
    /// Draw figures and summary again, from stored records alone
    Report(ReportArguments),
    /// Measure how fast this machine evaluates
    Bench(BenchArguments),
    /// Count evaluations on standard problems, beside published counts
    Anchors(AnchorsArguments),
    /// Show what there is to choose from
    List(ListArguments),
    /// Check this machine, and say what losslab finds on it
    Doctor(DoctorArguments),
    /// Print a script by which a shell completes commands, flags and names
    Completions(CompletionsArguments),
    /// Write manual pages, one per command
    Man(ManArguments),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    /// The help of every command, short and long.
    fn helps() -> Vec<(String, [String; 2])> {
        let mut command = Arguments::command();
        command.build();
        let subcommands = command.get_subcommands().cloned().collect::<Vec<_>>();
        let helps = subcommands.into_iter().chain([command]).map(|mut command| {
            let texts = [command.render_help().to_string(), command.render_long_help().to_string()];
            (command.get_name().to_owned(), texts)
        });
        helps.collect()
    }

    #[test]
    fn help_fits_80_columns() {
        for (name, texts) in helps() {
            for line in texts.iter().flat_map(|text| text.lines()) {
                assert!(line.chars().count() <= 80, "{name}: {line}");
            }
        }
    }

    /// Clap breaks longer ones without their indentation.
    #[test]
    fn examples_fit_50_columns() {
        for (name, [text, _]) in helps() {
            let below = text.lines().skip_while(|line| *line != "Examples:");
            for line in below.filter(|line| line.starts_with(' ')) {
                assert!(line.chars().count() <= 50, "{name}: {line}");
            }
        }
    }

    /// As far as arguments go: files and folders in them are the reader's.
    #[test]
    fn every_example_is_understood() {
        let mut count = 0;
        for (name, [text, _]) in helps() {
            let (_, examples) = text.split_once("Examples:\n").expect(&name);
            let examples = examples.split("\n\n").next().expect("a first part");
            for line in examples.replace(" \\\n     ", "").lines() {
                // What it does stands two spaces behind it, or it goes to another program.
                let ends = ["  ", " > ", " >> ", " | ", " && "];
                let line = ends.iter().fold(line.trim(), |line, end| {
                    line.split_once(end).map_or(line, |(command, _)| command)
                });
                let words = line.split(' ').map(|word| word.trim_matches('\''));
                if line.starts_with("losslab") {
                    Arguments::try_parse_from(words)
                        .unwrap_or_else(|error| panic!("{line}: {error}"));
                    count += 1;
                }
            }
        }
        assert!(count > 50, "only {count} examples were found");
    }

    #[test]
    fn every_help_has_examples_and_exit_codes() {
        for (name, texts) in helps() {
            for text in texts {
                let examples = text.find("Examples:\n  ").expect(&name);
                let codes = text.find("Exit code:\n  0  ").expect(&name);
                assert!(examples < codes, "{name}");
            }
        }
    }
}
