//! Who reached the target first, in one sentence per problem and one over all.

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
/// they are medians, with the band of the charts in brackets. Where seeds disagree on who is
/// first, nobody is. `None` of a solver without a target, and before all have a finished run
/// at some seed.
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
    let parts = [vec![standing.first()], standing.others(), standing.misses()];
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

    /// Nobody reached the target, or everybody began there.
    fn undecided(&self) -> String {
        let reached = self.comparison.runs.iter().any(|run| {
            run.record.problem == self.problem.name && run.record.passes_to_target == Some(0.0)
        });
        match (reached, self.comparison.solvers.len()) {
            (true, _) => "The target is reached at the start.".into(),
            (false, 1) => format!("{} did not reach the target.", self.name(0)),
            (false, _) => "No solver reached the target.".into(),
        }
    }

    /// `, in 10.3 (10–11) passes`, and at how many seeds where it was not at all.
    fn cost(&self, solver: usize) -> String {
        let costs = &self.paired.costs[solver];
        let passes = |passes: f64| compact(passes, 3);
        let middle = median(costs.iter().copied()).map_or(String::new(), passes);
        let seeds = match (self.paired.decided(), self.paired.seeds) {
            (_, 1) => ", with one seed".to_owned(),
            (decided, seeds) if decided < seeds => {
                format!(", at {decided} of {seeds} seeds (nobody did at the others)")
            }
            _ => String::new(),
        };
        format!(", in {} passes{seeds}", with_band(middle, band(costs), passes))
    }

    /// Who was first, or between whom seeds do not decide.
    fn first(&self) -> String {
        let always = self.paired.always_first();
        match always.as_slice() {
            [] => self.not_told_apart(),
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

    /// `lbfgs (first at 2 of 3 seeds) and cg (1) are not told apart`.
    fn not_told_apart(&self) -> String {
        let some = self.paired.sometimes_first();
        let counted = some.iter().enumerate().map(|(place, solver)| {
            let (name, firsts) = (self.name(*solver), self.paired.firsts(*solver));
            match place {
                0 => format!("{name} (first at {firsts} of {} seeds)", self.paired.decided()),
                _ => format!("{name} ({firsts})"),
            }
        });
        joined(&counted.collect::<Vec<_>>()) + " are not told apart"
    }

    /// How many times as many passes the others needed, the least first.
    fn others(&self) -> Vec<String> {
        let always = self.paired.always_first();
        let named = if always.is_empty() { self.paired.sometimes_first() } else { always.clone() };
        let middle = |solver: usize| median(self.paired.ratios[solver].iter().copied());
        let mut others: Vec<(f64, usize)> = (0..self.paired.ratios.len())
            .filter(|solver| !named.contains(solver))
            .filter_map(|solver| Some((middle(solver)?, solver)))
            .filter(|(ratio, _)| ratio.is_finite())
            .collect();
        others.sort_by(|a, b| a.0.total_cmp(&b.0));
        let shown = if others.len() > NAMED_MOST + 1 { NAMED_MOST } else { others.len() };
        let mut texts: Vec<String> = others[..shown]
            .iter()
            .map(|(ratio, solver)| (self.name(*solver), self.ratio(*ratio, *solver)))
            .map(|(name, ratio)| format!("{name} {ratio}"))
            .collect();
        if let Some((ratio, solver)) = others.first() {
            let of_whom = if always.is_empty() { "the passes of the first" } else { "as many" };
            texts[0] = format!(
                "{} needed {} times {of_whom}",
                self.name(*solver),
                self.ratio(*ratio, *solver)
            );
        }
        if let [(least, _), .., (most, _)] = others[shown..] {
            let count = others.len() - shown;
            texts.push(format!("{count} others {} to {}", ratio_text(least), ratio_text(most)));
        }
        if texts.is_empty() { texts } else { vec![texts.join(", ")] }
    }

    fn ratio(&self, middle: f64, solver: usize) -> String {
        with_band(ratio_text(middle), band(&self.paired.ratios[solver]), ratio_text)
    }

    /// Who reached the target seldom or not at all, and why.
    fn misses(&self) -> Vec<String> {
        let decided = self.paired.decided();
        let (mut texts, mut missed, mut diverged, mut declined) = (vec![], vec![], vec![], vec![]);
        for (solver, costs) in self.paired.costs.iter().enumerate() {
            let reached = costs.iter().filter(|cost| cost.is_finite()).count();
            let is_named = self.paired.firsts(solver) > 0 || reached * 2 > decided;
            match (reached, self.end_of_all(solver)) {
                _ if is_named => {}
                (0, Some(Status::NonFinite)) => diverged.push(solver),
                (0, Some(Status::Unsupported)) => declined.push(solver),
                (0, _) => missed.push(solver),
                _ => texts.push(format!(
                    "{} reached it at {reached} of {} seeds only",
                    self.name(solver),
                    self.paired.seeds
                )),
            }
        }
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
/// against cg, and loses 0 %`. `None` with fewer than two problems or solvers, or without goals.
pub(super) fn overall_verdict(comparison: &Comparison) -> Option<String> {
    let costs = Costs::new(comparison, Axis::Passes(PassWeights::default()));
    if comparison.problems.len() < 2 || comparison.solvers.len() < 2 || costs.goals.is_empty() {
        return None;
    }
    let ranking = RankCells::of_costs(&costs).ranking(&Bootstrap::default());
    let order = ranking.order();
    let [best, next] = [order[0], order[1]];
    let [first, second] = [best, next].map(|solver| one_line(&comparison.solvers[solver]));
    let ranks = [best, next].map(|solver| rank_text(&ranking, solver, comparison.seeds.len() > 1));
    let wins = Wins::new(&costs);
    let shares = [(best, next), (next, best)].map(|(a, b)| 100.0 * wins.share(a, b));
    let overlap = ranking.intervals[next].low <= ranking.intervals[best].high;
    let doubt = match ranking.mean[best] == ranking.mean[next] {
        true => " The two are not told apart: their mean ranks are the same.",
        false if overlap => " The two are not told apart: the intervals of their ranks overlap.",
        false => "",
    };
    Some(format!(
        "Over all {} problems ({} goals), {first} has the best mean rank, {}, and {second} the \
         next, {}; {first} wins {:.0} % of the goals against {second}, and loses {:.0} %.{doubt}",
        comparison.problems.len(),
        costs.goals.len(),
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
