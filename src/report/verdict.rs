//! Who reached the target first, in one sentence per problem and one over all.

use std::collections::BTreeSet;

use crate::lab::statistics::{
    Axis, Bootstrap, Costs, Interval, PairedRatios, PassWeights, RankCells, Ranking, Wins, median,
};
use crate::lab::{Comparison, ProblemSummary};
use crate::solver::Status;

use super::aggregate::runs;
use super::format::{compact, one_line, significant};
use super::spread::{band, with_band};

/// Solvers that a sentence names before it counts the rest.
const NAMED_MOST: usize = 6;

/// `lbfgs reached the target first, in 10 passes; cg needed 2.1 (1.9–2.4) times as many; gd
/// did not reach it`. Ratios are taken seed by seed, against whoever was first at that seed;
/// they are medians, with the band of the charts in brackets. Where no solver is first at every
/// seed, who is most often is named, and who is not told apart from it by a sign test. `None`
/// of a solver without a target, and before all have a finished run at some seed.
pub(super) fn problem_verdict(comparison: &Comparison, problem: &ProblemSummary) -> Option<String> {
    let paired = PairedRatios::new(comparison, &problem.name);
    let is_alone = comparison.solvers.len() < 2;
    if paired.seeds == 0 || is_alone && problem.target_loss.is_none() {
        return None;
    }
    if problem.target_loss.is_none() {
        return Some("Without a target, no solver is the first to reach it.".into());
    }
    let standing = Standing { comparison, problem, paired };
    if standing.paired.decided() == 0 {
        return Some(standing.undecided());
    }
    if is_alone {
        return Some(format!("{} reached the target{}.", standing.name(0), standing.cost(0)));
    }
    let parts =
        [vec![standing.first()], standing.not_told_apart(), standing.others(), standing.misses()];
    Some(parts.concat().join("; ") + ".")
}

/// A comparison on one problem.
struct Standing<'a> {
    comparison: &'a Comparison,
    problem: &'a ProblemSummary,
    paired: PairedRatios,
}

impl Standing<'_> {
    fn name(&self, solver: usize) -> String {
        one_line(&self.comparison.solvers[solver])
    }

    fn names(&self, solvers: &[usize]) -> String {
        joined(&solvers.iter().map(|solver| self.name(*solver)).collect::<Vec<_>>())
    }

    /// The text of passes to the target, with its band.
    fn passes(&self, solver: usize) -> Option<String> {
        let costs = &self.paired.costs[solver];
        let passes = |passes: f64| compact(passes, 3);
        let middle = median(costs.iter().copied()).filter(|middle| middle.is_finite())?;
        let band = band(costs, self.comparison.seeds.len());
        Some(format!("in {} passes", with_band(passes(middle), band, passes)))
    }

    /// No seed tells who is first: nobody reached the target, or everybody began there.
    fn undecided(&self) -> String {
        let PairedRatios { seeds, at_start, .. } = self.paired;
        if at_start == seeds {
            return "The target is reached at the start.".into();
        }
        let mut ways = self.passed_on_the_way_out();
        if at_start > 0 {
            ways.push(format!("all begin there at {at_start} of {seeds} seeds"));
        }
        let except =
            if ways.is_empty() { String::new() } else { format!(" ({})", ways.join("; ")) };
        match self.comparison.solvers.len() {
            1 => format!("{} did not reach the target{except}.", self.name(0)),
            _ if ways.is_empty() => "No solver reached the target.".into(),
            _ => format!("Who reached the target first is not decided{except}."),
        }
    }

    /// Who has passes to the target that do not count.
    fn passed_on_the_way_out(&self) -> Vec<String> {
        let has_passed = |solver: &usize| {
            let runs = runs(self.comparison, self.problem, &self.comparison.solvers[*solver]);
            runs.iter().any(|run| run.record.passes_to_target.is_some_and(|passes| passes > 0.0))
        };
        let passed = (0..self.comparison.solvers.len()).filter(has_passed);
        let (diverged, unfinished): (Vec<usize>, Vec<usize>) =
            passed.partition(|solver| self.end_of_all(*solver) == Some(Status::NonFinite));
        let ways = [
            (diverged, "passed it and diverged"),
            (unfinished, "reached it at seeds that not all have finished"),
        ];
        let said = ways.iter().filter(|(solvers, _)| !solvers.is_empty());
        said.map(|(solvers, what)| format!("{} {what}", self.names(solvers))).collect()
    }

    /// ` (nobody did at 1 other)`: the seeds that decide nothing.
    fn aside(&self) -> String {
        let PairedRatios { seeds, at_start, .. } = self.paired;
        let missed = seeds - at_start - self.paired.decided();
        let others = |count| if count == 1 { "other" } else { "others" };
        let counts = [(missed, "nobody did"), (at_start, "all begin there")];
        let said = counts.iter().filter(|(count, _)| *count > 0);
        let texts: Vec<String> =
            said.map(|(count, what)| format!("{what} at {count} {}", others(*count))).collect();
        if texts.is_empty() { String::new() } else { format!(" ({})", texts.join(", ")) }
    }

    /// `, in 10.3 (10–11) passes`, and at how many seeds where it was not at all.
    fn cost(&self, solver: usize) -> String {
        let passes = self.passes(solver).map_or(String::new(), |passes| format!(", {passes}"));
        match (self.paired.decided(), self.paired.seeds) {
            (_, 1) => passes + ", with one seed",
            (decided, seeds) if decided < seeds => {
                format!("{passes}, at {decided} of {seeds} seeds{}", self.aside())
            }
            _ => passes,
        }
    }

    /// Who was first, at every seed or at most.
    fn first(&self) -> String {
        let always = self.paired.always_first();
        match always.as_slice() {
            [] => self.most_often_first(),
            [first] => {
                format!("{} reached the target first{}", self.name(*first), self.cost(*first))
            }
            several => format!(
                "{} reached the target first, none before the other{}",
                self.names(several),
                self.cost(several[0])
            ),
        }
    }

    /// `cg reached the target first most often, at 7 of 10 seeds, in 20 (18–22) passes; gd was
    /// at 4 (2 shared with cg), adam at 1`. Without `most often` of who shares the first place.
    fn most_often_first(&self) -> String {
        let some = self.paired.sometimes_first();
        let (leader, firsts) = (some[0], self.paired.firsts(some[0]));
        let (name, decided) = (self.name(leader), self.paired.decided());
        let is_alone = some.get(1).is_none_or(|next| self.paired.firsts(*next) < firsts);
        let often = if is_alone { " most often," } else { "" };
        let passes = self.passes(leader).map_or(String::new(), |passes| format!(", {passes}"));
        let aside = self.aside();
        let text = format!(
            "{name} reached the target first{often} at {firsts} of {decided} seeds{passes}"
        );
        let next = some[1..].iter().enumerate().map(|(place, solver)| {
            let was = if place == 0 { " was" } else { "" };
            let shared = match self.paired.shared(leader, *solver) {
                0 => String::new(),
                shared if place == 0 => format!(" ({shared} shared with {name})"),
                shared => format!(" ({shared} shared)"),
            };
            format!("{}{was} at {}{shared}", self.name(*solver), self.paired.firsts(*solver))
        });
        [text + &aside, joined(&next.collect::<Vec<_>>())].join("; ")
    }

    /// `lbfgs and bfgs are not told apart from cg`.
    fn not_told_apart(&self) -> Vec<String> {
        let some = self.paired.sometimes_first();
        let Some(leader) = some.first().filter(|_| self.paired.always_first().is_empty()) else {
            return vec![];
        };
        let open = self.paired.not_told_apart(*leader);
        let are = if open.len() == 1 { "is" } else { "are" };
        let text =
            || format!("{} {are} not told apart from {}", self.names(&open), self.name(*leader));
        if open.is_empty() { vec![] } else { vec![text()] }
    }

    /// How many times as many passes those needed who were not always first, the least first.
    fn others(&self) -> Vec<String> {
        let always = self.paired.always_first();
        let middle = |solver: usize| median(self.paired.ratios[solver].iter().copied());
        let mut others: Vec<(f64, usize)> = (0..self.paired.ratios.len())
            .filter(|solver| !always.contains(solver))
            .filter_map(|solver| Some((middle(solver)?, solver)))
            .filter(|(ratio, _)| ratio.is_finite())
            .collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        let shown = if others.len() > NAMED_MOST + 1 { NAMED_MOST } else { others.len() };
        let mut is_explained = false;
        let mut texts = Vec::new();
        for (place, (ratio, solver)) in others[..shown].iter().enumerate() {
            let needed = if place == 0 { " needed" } else { "" };
            let times = if *ratio > 1.0 && !is_explained { " times as many" } else { "" };
            is_explained |= *ratio > 1.0;
            texts.push(format!(
                "{}{needed} {}{times}",
                self.name(*solver),
                self.ratio(*ratio, *solver)
            ));
        }
        if let [(least, _), .., (most, _)] = others[shown..] {
            let count = others.len() - shown;
            let times = if is_explained { "" } else { " times as many" };
            texts.push(format!(
                "{count} others {} to {}{times}",
                ratio_text(least),
                ratio_text(most)
            ));
        }
        let of_whom = if always.is_empty() { "beside the first at each seed " } else { "" };
        if texts.is_empty() { texts } else { vec![of_whom.to_owned() + &texts.join(", ")] }
    }

    /// `2.1 (1.9–2.4)`, and `as many (up to 1.1 times)` where the median is 1.
    fn ratio(&self, middle: f64, solver: usize) -> String {
        let band = band(&self.paired.ratios[solver], self.comparison.seeds.len());
        match band {
            _ if middle > 1.0 => with_band(ratio_text(middle), band, ratio_text),
            Some([_, most]) if most > 1.0 && most.is_finite() => {
                format!("as many (up to {} times)", ratio_text(most))
            }
            _ => "as many".into(),
        }
    }

    /// Who reached the target not at all seeds at which another did, or at none, and why.
    fn misses(&self) -> Vec<String> {
        let PairedRatios { seeds, at_start, costs, .. } = &self.paired;
        let mut some: Vec<(usize, Vec<usize>)> = Vec::new();
        let (mut missed, mut diverged, mut declined) = (vec![], vec![], vec![]);
        for (solver, costs) in costs.iter().enumerate() {
            let reached = costs.iter().filter(|cost| cost.is_finite()).count();
            match (reached, self.end_of_all(solver)) {
                (0, Some(Status::NonFinite)) => diverged.push(solver),
                (0, Some(Status::Unsupported)) => declined.push(solver),
                (0, _) => missed.push(solver),
                _ if reached == costs.len() => {}
                _ => match some.iter_mut().find(|(count, _)| *count == reached) {
                    Some((_, solvers)) => solvers.push(solver),
                    None => some.push((reached, vec![solver])),
                },
            }
        }
        some.sort_by_key(|(reached, _)| std::cmp::Reverse(*reached));
        let counted = some.iter().enumerate().map(|(place, (reached, solvers))| match place {
            0 => {
                let all = seeds - at_start;
                format!("{} reached it at {reached} of {all} seeds only", self.names(solvers))
            }
            _ => format!("{} at {reached}", self.names(solvers)),
        });
        let counted = counted.collect::<Vec<_>>().join(", ");
        let mut texts = if counted.is_empty() { vec![] } else { vec![counted] };
        for (solvers, what) in [
            (missed, "did not reach it"),
            (diverged, "diverged"),
            (declined, "declined the problem"),
        ] {
            if !solvers.is_empty() {
                texts.push(format!("{} {what}", self.names(&solvers)));
            }
        }
        texts
    }

    /// The status that all runs of a solver share.
    fn end_of_all(&self, solver: usize) -> Option<Status> {
        let runs = runs(self.comparison, self.problem, &self.comparison.solvers[solver]);
        let first = runs.first()?.record.status;
        runs.iter().all(|run| run.record.status == first).then_some(first)
    }
}

/// The best mean rank over several problems, beside the next: `Over all 3 problems (27 goals),
/// lbfgs has the best mean rank, 1.00, and cg the next, 2.00; lbfgs wins 100 % of the goals
/// against cg, and loses 0 %`. Problems without goals do not count. `None` with fewer than two
/// problems or solvers.
pub(super) fn overall_verdict(comparison: &Comparison) -> Option<String> {
    let costs = Costs::new(comparison, Axis::Passes(PassWeights::default()));
    let problems: BTreeSet<&str> = costs.goals.iter().map(|goal| goal.problem.as_str()).collect();
    if problems.len() < 2 || comparison.solvers.len() < 2 {
        return None;
    }
    let cells = RankCells::of_costs(&costs);
    let is_one_seed = cells.ranks.iter().all(|seeds| seeds.len() < 2);
    let ranking = cells.ranking(&Bootstrap::default());
    let order = ranking.order();
    let [best, next] = [order[0], order[1]];
    let [first, second] = [best, next].map(|solver| one_line(&comparison.solvers[solver]));
    let ranks = [best, next].map(|solver| rank_text(&ranking, solver, !is_one_seed));
    let wins = Wins::new(&costs);
    let shares = [(best, next), (next, best)].map(|(a, b)| 100.0 * wins.share(a, b));
    let is_same = ranking.mean[best] == ranking.mean[next];
    let is_open = || cells.difference(best, next, &Bootstrap::default()).low <= 0.0;
    let doubt = match (is_same, is_one_seed) {
        (true, _) => " The two are not told apart: their mean ranks are the same.",
        (false, true) => " One seed says little.",
        (false, false) if is_open() => {
            " The two are not told apart: the interval of the difference of their ranks holds 0."
        }
        (false, false) => "",
    };
    let all = match problems.len() {
        count if count == comparison.problems.len() => format!("all {count} problems"),
        count => format!("the {count} problems that have goals"),
    };
    Some(format!(
        "Over {all} ({} goals{}), {first} has the best mean rank, {}, and {second} the next, {}; \
         {first} wins {:.0} % of the goals against {second}, and loses {:.0} %.{doubt}",
        costs.goals.len(),
        if is_one_seed { ", one seed" } else { "" },
        ranks[0],
        ranks[1],
        shares[0],
        shares[1],
    ))
}

/// `1.25`, or `1.25 [1.00, 1.50]` with the interval over seeds.
pub(super) fn rank_text(ranking: &Ranking, solver: usize, with_interval: bool) -> String {
    let mean = ranking.mean[solver];
    let Interval { low, high } = ranking.intervals[solver];
    match mean.is_finite() {
        true if with_interval => format!("{mean:.2} [{low:.2}, {high:.2}]"),
        true => format!("{mean:.2}"),
        false => "–".into(),
    }
}

/// Two digits, and three where two would be those of 1.
fn ratio_text(ratio: f64) -> String {
    let digits = if ratio < 1.095 { 3 } else { 2 };
    if ratio == 1.0 { "1".into() } else { significant(ratio, digits) }
}

/// `a`, `a and b`, `a, b and c`; many are counted from some on.
fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > NAMED_MOST + 1 => {
            format!("{} and {} others", many[..NAMED_MOST].join(", "), many.len() - NAMED_MOST)
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
