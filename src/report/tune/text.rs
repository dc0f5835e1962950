//! A tuning in a few lines.

use super::rows::{Pair, number, pairs, passes_text, remarks, search_words};
use crate::lab::tune::Tuning;
use crate::report::aggregate::target_text;
use crate::report::format::{one_line, seed_list, significant, wrapped};
use crate::report::table::medians_over;
use crate::report::text_table::{TextTable, paragraphs};

/// What was chosen, what it gave and what it took, within `width` columns.
pub fn tuning_text(tuning: &Tuning, width: Option<u16>) -> String {
    let problem = tuning.problem();
    let request = &tuning.request;
    let pairs = pairs(tuning);
    let mut lines = vec![
        format!("{}, {}", one_line(&problem.title), one_line(&problem.network)),
        format!(
            "tuned by {} on {}, {} passes a run",
            search_words(&request.search),
            seed_list(&request.seeds),
            number(request.trial_budget)
        ),
        format!("target training loss: {}", target_text(problem)),
    ];
    let changes = pairs.iter().filter_map(|pair| {
        Some(format!("{}: {}", one_line(&pair.found.solver.label), one_line(&pair.change()?)))
    });
    let mut text = paragraphs(&lines.join("\n"), width) + "\n";
    text += &(table(tuning, &pairs).text(width) + "\n");
    lines = changes.chain(remarks(tuning)).collect();
    lines.push(format!(
        "Losses and passes to the target: {}, {} passes a run. Charged: the passes of all trials \
         and those to the target.",
        medians_over(&tuning.evaluation),
        number(tuning.evaluation.budget)
    ));
    text + &paragraphs(&lines.join("\n"), width)
}

fn table(tuning: &Tuning, pairs: &[Pair<'_>]) -> TextTable {
    /// Leaves the numbers their room.
    const LABEL: usize = 15;
    let header = [
        "\n\nsolver",
        "\n\ntrials",
        "passes\nof the\ntuning",
        "training\nloss,\ndefault",
        "training\nloss,\ntuned",
        "passes\nto target,\ndefault",
        "passes\nto target,\ntuned",
        "\n\ncharged",
    ];
    let mut table = TextTable::new(header);
    let budget = tuning.evaluation.budget;
    for pair in pairs {
        let tuned = pair.tuned.as_ref();
        let loss = |loss: Option<f64>| loss.map_or("–".to_owned(), |loss| significant(loss, 4));
        let begun = pair.found.trials.len() - pair.found.not_begun();
        let label = one_line(&pair.found.solver.label);
        let charged = pair.charged().map(|passes| match passes.is_finite() {
            true => number(passes),
            false => format!("> {}", number(budget + pair.found.passes())),
        });
        table.add([
            wrapped(&label, LABEL, &[' ', '=', '-', '_']).join("\n"),
            begun.to_string(),
            number(pair.found.passes()),
            loss(pair.default.loss),
            loss(tuned.and_then(|row| row.loss)),
            passes_text(&pair.default.passes, budget),
            tuned.map_or("–".to_owned(), |row| passes_text(&row.passes, budget)),
            charged.unwrap_or_else(|| "–".to_owned()),
        ]);
    }
    table
}
