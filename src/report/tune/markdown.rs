//! A tuning as a page: deterministic contents only, so no seconds.

use super::STEM;
use super::rows::{Pair, number, pairs, passes_text, remarks, search_words};
use crate::lab::tune::{SolverTuning, Trial, Tuning};
use crate::report::aggregate::target_text;
use crate::report::chart::tuning::keys;
use crate::report::format::{seed_list, significant};
use crate::report::summary::{escaped, markdown_row};
use crate::report::table::medians_over;

/// What was searched, what was chosen and what it took, and every trial.
pub fn tuning_markdown(tuning: &Tuning) -> String {
    let (request, problem) = (&tuning.request, tuning.problem());
    let pairs = pairs(tuning);
    let mut page = format!(
        "# Tuning: {}\n\n- network: {}\n- loss: {}\n- target training loss: {}\n- search: {} on \
         {}, {} passes a run\n- evaluation: {}, {} passes a run; the seeds of the tuning are not \
         among them\n\n",
        escaped(&problem.title),
        escaped(&problem.network),
        escaped(&problem.loss),
        target_text(problem),
        search_words(&request.search),
        seed_list(&request.seeds),
        number(request.trial_budget),
        medians_over(&tuning.evaluation),
        number(tuning.evaluation.budget),
    );
    page += &results(tuning, &pairs);
    page.extend(remarks(tuning).iter().map(|remark| format!("- {}\n", escaped(remark))));
    page += "\n";
    let tuned = pairs.iter().filter(|pair| !pair.found.trials.is_empty());
    page.extend(tuned.map(|pair| trials(tuning, pair.found)));
    page += "The score of a trial is the median over the tuning's seeds of the lowest training \
             loss, a run that diverged counting as ∞. *Charged* are the passes of all trials, \
             failed ones included, and those of the tuned solver to the target.\n";
    let figure = |key: &str| format!("\n![Scores over {}]({STEM}{key}.png)\n", escaped(key));
    page.extend(keys(tuning).into_iter().map(figure));
    page + "\nThe evaluation, run by run and in charts, is in [summary.md](summary.md).\n"
}

fn results(tuning: &Tuning, pairs: &[Pair<'_>]) -> String {
    let mut text = table_head(&[
        "solver",
        "chosen",
        "trials",
        "passes of the tuning",
        "loss, default",
        "loss, tuned",
        "passes to target, default",
        "passes to target, tuned",
        "charged",
    ]);
    let budget = tuning.evaluation.budget;
    for pair in pairs {
        let tuned = pair.tuned.as_ref();
        let loss = |loss: Option<f64>| loss.map_or("–".to_owned(), |loss| significant(loss, 4));
        let charged = pair.charged().map(|passes| match passes.is_finite() {
            true => number(passes),
            false => format!("> {}", number(budget + pair.found.passes())),
        });
        text += &markdown_row(&[
            escaped(&pair.found.solver.label),
            pair.change().map_or("–".to_owned(), |change| escaped(&change)),
            (pair.found.trials.len() - pair.found.not_begun()).to_string(),
            number(pair.found.passes()),
            loss(pair.default.loss),
            loss(tuned.and_then(|row| row.loss)),
            passes_text(&pair.default.passes, budget),
            tuned.map_or("–".to_owned(), |row| passes_text(&row.passes, budget)),
            charged.unwrap_or_else(|| "–".to_owned()),
        ]);
    }
    text + "\n"
}

fn table_head(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let rules = (0..names.len()).map(|column| if column < 2 { ":---" } else { "---:" });
    markdown_row(&names) + &markdown_row(&rules.map(String::from).collect::<Vec<_>>())
}

/// Every trial of a solver.
fn trials(tuning: &Tuning, found: &SolverTuning) -> String {
    let mut text = format!(
        "## {}\n\n{} of {} passes spent.\n\n",
        escaped(&found.solver.label),
        number(found.passes()),
        number(found.budget)
    );
    let losses = format!("lowest losses, {}", seed_list(&tuning.request.seeds));
    text += &table_head(&["settings", "passes a run", "score", &losses, "passes"]);
    for (index, trial) in found.trials.iter().enumerate() {
        text += &markdown_row(&cells(trial, found.chosen == Some(index)));
    }
    text + "\n"
}

fn cells(trial: &Trial, is_chosen: bool) -> Vec<String> {
    let settings = trial.settings.iter().map(|(key, value)| format!("{key}={value}"));
    let settings = escaped(&settings.collect::<Vec<_>>().join(" "));
    let score = |score: f64| significant(score, 4);
    let mut cells = vec![settings, number(trial.budget)];
    match &trial.result {
        None => cells.extend(["not begun", "–", "0"].map(String::from)),
        Some(result) => {
            let loss = |loss: &Option<f64>| loss.map_or("diverged".to_owned(), score);
            let losses: Vec<String> = result.losses.iter().map(loss).collect();
            cells.push(result.score.map_or("∞".to_owned(), score));
            cells.extend([losses.join(", "), number(result.passes)]);
        }
    }
    if is_chosen {
        cells[..3].iter_mut().for_each(|cell| *cell = format!("**{cell}**"));
    }
    cells
}
