//! `losslab list`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use losslab::data::{DataSource, Dataset, Task, embedded, installed};
use losslab::lab::problems;
use losslab::model::{Activation, Loss};
use losslab::report::paragraphs;
use losslab::solver::{Method, Setting};
use serde::Serialize;

use super::failure::Failure;
use super::output::{print_line, width};

const EXAMPLES: &str = "\
Examples:
  losslab list problems
  losslab list solvers --json | jq .defaults
  losslab list data

Exit code:
  0  done
  2  there is no such list";

/// Show what there is to choose from
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct ListArguments {
    /// What to show
    #[arg(value_name = "WHAT")]
    pub kind: ListKind,

    /// Print one line of JSON per entry
    #[arg(long)]
    pub json: bool,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ListKind {
    /// Built-in problems: network, loss and data
    Problems,
    /// Methods with their settings and defaults
    Solvers,
    /// Data sets, embedded or of a package
    Data,
}

/// Shows what there is to choose from.
pub fn list(arguments: &ListArguments) -> Result<ExitCode, Failure> {
    match arguments.kind {
        ListKind::Problems => show(&problem_entries()?, problem_table, arguments.json)?,
        ListKind::Solvers => show(&solver_entries(), solver_text, arguments.json)?,
        ListKind::Data => show(&data_entries()?, data_table, arguments.json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show<T: Serialize>(
    entries: &[T],
    text: impl Fn(&[T]) -> String,
    json: bool,
) -> Result<(), Failure> {
    if !json {
        return print_line(&text(entries));
    }
    entries
        .iter()
        .try_for_each(|entry| print_line(&serde_json::to_string(entry).map_err(Failure::run)?))
}

#[derive(Serialize)]
struct ProblemEntry {
    name: String,
    title: String,
    task: Task,
    rows: usize,
    network: String,
    widths: Vec<usize>,
    activation: Activation,
    loss: Loss,
    l2: f64,
    target_loss: Option<f64>,
}

fn problem_entries() -> Result<Vec<ProblemEntry>, Failure> {
    let entries = problems::all().into_iter().chain(problems::of_packages()).map(|problem| {
        let (data, rows) = match &problem.data {
            DataSource::Installed { name } => {
                let set = installed::find(name)?;
                (set.outline(), set.rows)
            }
            source => {
                let data = source.load()?;
                let rows = data.rows();
                (data, rows)
            }
        };
        let network = problem.network(&data)?;
        let widths = network.layers().iter().map(|layer| layer.outputs);
        Ok(ProblemEntry {
            loss: problem.loss_for(data.task)?,
            network: network.describe(),
            widths: std::iter::once(network.inputs()).chain(widths).collect(),
            title: problem.title.unwrap_or(data.title),
            task: data.task,
            rows,
            name: problem.name,
            activation: problem.activation,
            l2: problem.l2,
            target_loss: problem.target_loss,
        })
    });
    entries.collect()
}

fn problem_table(entries: &[ProblemEntry]) -> String {
    let problems = table(
        ["problem", "network", "loss", "target"],
        entries.iter().map(|entry| {
            [
                entry.name.clone(),
                entry.network.clone(),
                entry.loss.name().to_owned(),
                entry.target_loss.map_or(String::new(), |target| target.to_string()),
            ]
        }),
    );
    format!("{problems}\n\n{}", paragraphs(&packages(), Some(width())))
}

/// Where the data sets are from that do not come with the program.
fn packages() -> String {
    let line = |name: &str| {
        let set = installed::find(name)?;
        let state = match set.is_installed() {
            true => "is installed here".to_owned(),
            false => format!("is not installed here: {}", set.command()),
        };
        Ok(format!("{name} is from the Debian package {}, which {state}.", set.package))
    };
    let lines = installed::names().into_iter().map(line);
    lines.filter_map(|line: losslab::Result<String>| line.ok()).collect::<Vec<_>>().join("\n")
}

#[derive(Serialize)]
struct SolverEntry {
    name: &'static str,
    description: &'static str,
    needs: Vec<&'static str>,
    defaults_from: &'static str,
    defaults: BTreeMap<&'static str, serde_json::Value>,
    reference: &'static str,
    /// Settings that are one of some names.
    #[serde(serialize_with = "as_map")]
    choices: Vec<(&'static str, Vec<&'static str>)>,
    #[serde(skip)]
    settings: String,
}

fn solver_entries() -> Vec<SolverEntry> {
    let methods = Method::all();
    let entries = methods.iter().map(|method| {
        let entry = method.entry();
        let settings = method.settings();
        let texts: Vec<String> =
            settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        SolverEntry {
            name: entry.name,
            description: entry.description,
            needs: entry.needs.iter().map(|need| need.name()).collect(),
            defaults_from: entry.defaults_from,
            choices: method.choices(),
            defaults: settings.into_iter().map(|(key, value)| (key, json(value))).collect(),
            reference: entry.reference,
            settings: texts.join(","),
        }
    });
    entries.collect()
}

fn json(setting: Setting) -> serde_json::Value {
    match setting {
        Setting::Number(value) => value.into(),
        Setting::Count(value) => value.into(),
        Setting::Choice(name) => name.into(),
    }
}

fn as_map<S: serde::Serializer>(
    choices: &[(&'static str, Vec<&'static str>)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(choices.iter().map(|(key, names)| (key, names)))
}

const SCHEDULES: &str = "Schedules need more settings: step every=…,factor=…; exponential and \
    inverse rate=…; cosine and one-cycle horizon=…. Time counts iterations, for methods on \
    mini-batches passes over the data. line_search=fixed has a learning_rate.";

fn solver_text(entries: &[SolverEntry]) -> String {
    let mut lines = Vec::new();
    for entry in entries {
        lines.push(format!("{}: {}", entry.name, entry.description));
        lines.push(format!("  defaults  {}", entry.settings.replace(',', ", ")));
        for (key, names) in &entry.choices {
            lines.push(format!("  or        {key}={}", names.join(" | ")));
        }
        lines.push(format!("  from      {}", entry.defaults_from));
        lines.push(format!("  needs     {}", entry.needs.join(", ")));
        lines.push(format!("  see       {}", entry.reference));
        lines.push(String::new());
    }
    lines.push("Settings follow the name: -s cg:beta=hestenes-stiefel,c2=0.4,label=HS".to_owned());
    lines.push(SCHEDULES.to_owned());
    paragraphs(&lines.join("\n"), Some(width()))
}

#[derive(Serialize)]
struct DataEntry {
    name: String,
    title: String,
    task: Task,
    rows: usize,
    features: usize,
    feature_shape: Vec<usize>,
    outputs: usize,
    target: String,
    classes: Vec<String>,
    /// None where the data set is not installed.
    sha256: Option<String>,
    /// The Debian package that brings it, where it does not come with the program.
    package: Option<&'static str>,
}

fn data_entries() -> Result<Vec<DataEntry>, Failure> {
    let embedded = embedded::names().into_iter().map(|name| {
        let data = DataSource::Embedded { name: name.to_string() }.load()?;
        Ok(DataEntry::new(data, None))
    });
    let installed = installed::names().into_iter().map(|name| {
        let set = installed::find(name)?;
        let data = if set.is_installed() { set.load()? } else { set.outline() };
        Ok(DataEntry { rows: set.rows, ..DataEntry::new(data, Some(set.package)) })
    });
    embedded.chain(installed).collect()
}

impl DataEntry {
    fn new(data: Dataset, package: Option<&'static str>) -> Self {
        Self {
            rows: data.rows(),
            features: data.features.columns(),
            outputs: data.outputs(),
            name: data.name,
            feature_shape: data.feature_shape,
            title: data.title,
            task: data.task,
            target: data.target_name,
            classes: data.class_names,
            sha256: Some(data.sha256).filter(|digest| !digest.is_empty()),
            package,
        }
    }
}

fn data_table(entries: &[DataEntry]) -> String {
    let embedded = table(
        ["data", "title", "task", "rows", "features"],
        entries.iter().map(|entry| {
            [
                entry.name.clone(),
                entry.title.clone(),
                entry.task.name().to_owned(),
                entry.rows.to_string(),
                entry.features.to_string(),
            ]
        }),
    );
    let notes = format!(
        "{}\n\nYour own: --data FILE with a CSV table, NPZ arrays x and y, or IDX images, plain or \
         .gz; --target, --task and --sample-weights say what is in it.",
        packages()
    );
    format!("{embedded}\n\n{}", paragraphs(&notes, Some(width())))
}

/// Room for most words.
const WORDS: u16 = 12;

/// Columns without lines around them, within those of the terminal.
fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING).set_header(header).add_rows(rows);
    // The gap after the last column is cut off.
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width().saturating_add(2));
    // The second column is of several words, and gives way before the others break theirs.
    let others = table.column_max_content_widths().into_iter().enumerate();
    let others: u16 = others.filter(|(index, _)| *index != 1).map(|(_, width)| width + 2).sum();
    let has_room = others.saturating_add(WORDS) <= width();
    table.column_iter_mut().enumerate().for_each(|(index, column)| {
        column.set_padding((0, 2));
        if index != 1 && has_room {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    });
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}
