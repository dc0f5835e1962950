//! A risk whose rows several ranks hold has the bits of one that a process holds alone.

mod support;

use std::ops::Range;
use std::sync::Arc;

use losslab::cluster::Ranks;
use losslab::data::{Samples, Targets};
use losslab::lab::{ExperimentSpec, Lineup, RunRecord, Study, dismiss, follow};
use losslab::model::{Activation, Criterion, Loss, Network, predict};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{BatchCurvature, Curvature, FiniteSum, Objective, Risk, RowsOfRank, Tape};
use support::{normal_vector, samples};

/// What is minimised, whole.
struct Case {
    network: Arc<Network>,
    samples: Samples,
    held_out: Samples,
    criterion: Criterion,
    l2: f64,
}

impl Case {
    fn new(rows: usize, widths: &[usize], loss: Loss, l2: f64) -> Self {
        let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
        let network = Arc::new(Network::dense(widths, Activation::Tanh));
        let samples_of = |rows, seed| samples(rows, inputs, outputs, loss, Seed::new(seed));
        let mut criterion = Criterion::from(loss);
        if loss == Loss::CrossEntropy {
            criterion.class_weights = Some((0..outputs).map(|i| 1.0 + i as f64 / 7.0).collect());
        }
        let (samples, held_out) = (samples_of(rows, 1), samples_of(700, 2));
        Self { network, samples, held_out, criterion, l2 }
    }

    fn whole(&self) -> Risk {
        let samples = Arc::new(self.samples.clone());
        Risk::new(self.network.clone(), samples, self.criterion.clone(), self.l2)
    }

    fn on(&self, ranks: Ranks) -> Risk {
        self.share(Arc::new(ranks))
    }

    fn share(&self, ranks: Arc<Ranks>) -> Risk {
        let fit = Risk::rows_on(&ranks, &self.network, self.samples.rows());
        let held_out = Risk::held_out_on(&ranks, self.held_out.rows());
        let weights = self.criterion.row_weights(&self.samples.targets, None);
        let weights = weights.map(|weights| weights[fit.clone()].to_vec());
        let part = |samples: &Samples, range: Range<usize>| RowsOfRank {
            samples: Arc::new(rows_of(samples, range.clone())),
            first: range.start,
            rows: samples.rows(),
        };
        let held_out = part(&self.held_out, held_out);
        let fit = part(&self.samples, fit);
        let criterion = self.criterion.clone();
        let network = self.network.clone();
        Risk::on_ranks(ranks, network, fit, weights, Some(held_out), criterion, self.l2)
    }

    /// Does `work` on the leader of so many ranks.
    fn on_leader<T>(&self, size: usize, work: impl FnOnce(&Risk) -> T) -> T {
        let mut ranks = Ranks::threads(size);
        let followers = ranks.split_off(1);
        std::thread::scope(|scope| {
            for ranks in followers {
                scope.spawn(|| self.on(ranks).serve());
            }
            work(&self.on(ranks.remove(0)))
        })
    }
}

fn rows_of(samples: &Samples, range: Range<usize>) -> Samples {
    let rows: Vec<usize> = range.collect();
    let targets = match &samples.targets {
        Targets::Values(values) => Targets::Values(values.select_rows(&rows)),
        Targets::Classes(classes) => {
            Targets::Classes(rows.iter().map(|&row| classes[row]).collect())
        }
    };
    Samples::new(samples.features.select_rows(&rows), targets)
}

/// Everything that a risk answers, as bits.
fn answers(risk: &Risk, rows: usize) -> Vec<u64> {
    let n = risk.dimension();
    let mut found = Vec::new();
    let mut keep = |numbers: &[f64]| found.extend(numbers.iter().map(|x| x.to_bits()));
    let theta = |seed: u64| 0.3 * normal_vector(n, Seed::new(seed));
    let mut gradient = Vector::zeros(n);
    let mut tape = Tape::default();
    let v: Vec<Vector> = (10..13).map(theta).collect();
    let mut out = v.clone();
    // Twice, so that what was kept before is there and must not be seen.
    for seed in 0..2 {
        let at = theta(seed);
        keep(&[risk.value(&at), risk.value_gradient(&at, &mut gradient)]);
        keep(gradient.as_slice());
        keep(&[risk.value_keeping(&at, &mut tape)]);
        gradient.fill(f64::NAN);
        risk.gradient_from(&at, &tape, &mut gradient);
        keep(gradient.as_slice());
        let point = risk.linearize(&at);
        risk.hessian_vector(&point, &v[0], &mut out[0]);
        keep(out[0].as_slice());
        risk.gauss_newton_vectors(&point, &v, &mut out);
        risk.hessian_vectors(&point, &v, &mut out);
        out.iter().for_each(|out| keep(out.as_slice()));
        for size in [1, 40, 150, 700] {
            let batch: Vec<usize> = (0..size).map(|i| (i * 7919 + 13) % rows).collect();
            keep(&[risk.batch_value(&batch, &at)]);
            keep(&[risk.batch_value_gradient(&batch, &at, &mut gradient)]);
            keep(gradient.as_slice());
            let point = risk.linearize_batch(&batch, &at);
            risk.gauss_newton_vector(&point, &v[1], &mut out[1]);
            keep(out[1].as_slice());
        }
    }
    found
}

#[test]
fn every_answer_has_the_same_bits_for_any_number_of_ranks() {
    let cases = [
        // Even blocks, uneven blocks, fewer blocks than ranks.
        Case::new(1024, &[9, 7, 4], Loss::CrossEntropy, 1e-2),
        Case::new(1797, &[9, 7, 5, 3], Loss::CrossEntropy, 0.0),
        Case::new(101, &[6, 5, 2], Loss::SquaredError, 1e-3),
        // Several waves of blocks.
        Case::new(33_001, &[3, 4, 1], Loss::SquaredError, 0.0),
    ];
    for case in cases {
        let rows = case.samples.rows();
        let expected = answers(&case.whole(), rows);
        for size in [1, 2, 3, 4, 7] {
            let found = case.on_leader(size, |risk| answers(risk, rows));
            assert!(found == expected, "{rows} rows on {size} ranks");
        }
    }
}

#[test]
fn held_out_rows_are_predicted_where_they_lie() {
    let case = Case::new(500, &[9, 7, 4], Loss::CrossEntropy, 0.0);
    let theta = normal_vector(case.network.dimension(), Seed::new(3));
    let expected = predict(&case.network, &theta, &case.held_out);
    for size in [1, 2, 3, 5] {
        let found = case.on_leader(size, |risk| risk.predict_held_out(&theta));
        assert_eq!(found.as_ref(), Some(&expected), "{size} ranks");
    }
}

#[test]
fn what_travels_is_what_the_documentation_says() {
    let case = Case::new(4096, &[9, 7, 4], Loss::CrossEntropy, 0.0);
    let theta = normal_vector(case.network.dimension(), Seed::new(3));
    let n = theta.len() as u64;
    // 4096 rows are sixteen blocks. Three ranks have 0–5, 6–10 and 11–15: 11 goes to 10, 6–7 to
    // 4–5, 12–15 to 8–11, and 8–15 to 0–7.
    for (size, messages) in [(2, 1), (3, 4), (4, 3)] {
        let ranks: Vec<Arc<Ranks>> = Ranks::threads(size).into_iter().map(Arc::new).collect();
        let total = || ranks.iter().map(|ranks| ranks.bytes_sent()).sum::<u64>();
        let others = size as u64 - 1;
        std::thread::scope(|scope| {
            for ranks in &ranks[1..] {
                let ranks = Arc::clone(ranks);
                scope.spawn(|| case.share(ranks).serve());
            }
            let risk = case.share(Arc::clone(&ranks[0]));
            let mut gradient = theta.clone();
            // An order of a few bytes goes before θ to every rank.
            let measured = |evaluate: &mut dyn FnMut(), numbers: u64| {
                let before = total();
                evaluate();
                let sent = total() - before;
                let orders = sent.checked_sub(8 * numbers).expect("no less than stated");
                assert!((others..=8 * others).contains(&orders), "{size} ranks: {orders} bytes");
            };
            let value = others * n + messages;
            measured(&mut || _ = risk.value(&theta), value);
            let pass = others * n + messages * (n + 1);
            measured(&mut || _ = risk.value_gradient(&theta, &mut gradient), pass);
            let at = risk.linearize(&theta);
            measured(&mut || risk.hessian_vector(&at, &theta, &mut gradient), pass);
        });
    }
}

/// Does `work` on the leader of so many ranks, which follow it.
fn with_ranks<T: Send>(size: usize, work: impl FnOnce(&Arc<Ranks>) -> T) -> T {
    let mut ranks: Vec<Arc<Ranks>> = Ranks::threads(size).into_iter().map(Arc::new).collect();
    let followers = ranks.split_off(1);
    std::thread::scope(|scope| {
        for ranks in followers {
            scope.spawn(move || follow(&ranks));
        }
        let found = work(&ranks[0]);
        dismiss(&ranks[0]);
        found
    })
}

fn runs_on(size: usize, timed: bool) -> Vec<RunRecord> {
    let solvers = ["gd", "lbfgs", "adam", "newton-cg"];
    let mut spec = ExperimentSpec::named("ranks", &["iris", "wine"], &solvers).unwrap();
    (spec.seeds, spec.budget, spec.timed) = (vec![0, 5], 8.0, timed);
    let lineup = Lineup::new(spec);
    let comparison = with_ranks(size, |ranks| lineup.on(ranks).compare()).unwrap();
    comparison.runs.into_iter().map(|run| run.record).collect()
}

#[test]
fn a_comparison_on_ranks_has_the_records_of_one_process() {
    for timed in [true, false] {
        let expected = runs_on(1, timed);
        assert_eq!(expected.len(), 16);
        for size in [2, 3] {
            assert_eq!(runs_on(size, timed), expected, "timed {timed}, {size} ranks");
        }
    }
}

#[test]
fn a_rank_that_cannot_read_its_rows_ends_the_job_with_its_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let table: String = (0..40).map(|i| format!("{i},{}\n", i * i)).collect();
    std::fs::write(&path, format!("x,y\n{table}")).unwrap();
    let text = format!(
        "name = \"lost\"\nseeds = [0]\n[[problem]]\nname = \"rows\"\ndata = {:?}\ntarget = \
         \"y\"\nhidden = [2]\n[[solver]]\nname = \"gd\"\n",
        path.display().to_string()
    );
    let mut spec = ExperimentSpec::from_toml(&text, "test").unwrap();
    let datasets = spec.resolve().unwrap();
    // The leader has read it; for the others it is another file, or none.
    for change in ["x,y\n1,2\n3,4\n", ""] {
        match change {
            "" => std::fs::remove_file(&path).unwrap(),
            _ => std::fs::write(&path, change).unwrap(),
        }
        let error = with_ranks(3, |ranks| Study::on(ranks, &spec, 0, &datasets[0], 0).unwrap_err());
        let message = error.to_string();
        assert!(message.contains("rows.csv"), "{message}");
    }
}

#[test]
fn weights_that_do_not_fit_end_the_job_with_their_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.safetensors");
    let other = Network::dense(&[3, 2], Activation::Tanh);
    let zeros = Vector::zeros(other.dimension());
    std::fs::write(&path, losslab::model::to_safetensors(&other, &zeros)).unwrap();
    let mut spec = ExperimentSpec::named("unfit", &["iris"], &["gd"]).unwrap();
    let datasets = spec.resolve().unwrap();
    spec.problems[0].weights = Some(path);
    with_ranks(3, |ranks| {
        let message = Study::on(ranks, &spec, 0, &datasets[0], 0).unwrap_err().to_string();
        assert!(message.contains("other.safetensors"), "{message}");
        // The ranks are free for the next.
        spec.problems[0].weights = None;
        let study = Study::on(ranks, &spec, 0, &datasets[0], 0).unwrap();
        assert!(study.instance.risk.value(&study.instance.start) > 0.0);
    });
}

#[test]
fn runs_are_not_dealt_to_a_rank_with_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("start.safetensors");
    let mut spec = ExperimentSpec::named("other", &["iris"], &["gd", "lbfgs"]).unwrap();
    (spec.timed, spec.budget, spec.seeds) = (false, 4.0, vec![0]);
    let datasets = spec.resolve().unwrap();
    let network = spec.problems[0].network(&datasets[0]).unwrap();
    let write = |number: f64| {
        let theta = Vector::from_element(network.dimension(), number);
        std::fs::write(&path, losslab::model::to_safetensors(&network, &theta)).unwrap();
    };
    write(0.1);
    spec.problems[0].weights = Some(path.clone());
    let mut ranks: Vec<Arc<Ranks>> = Ranks::threads(2).into_iter().map(Arc::new).collect();
    let follower = ranks.pop().unwrap();
    let leader = ranks.pop().unwrap();
    std::thread::scope(|scope| {
        let comparing = scope.spawn(|| Lineup::new(spec).on(&leader).compare());
        // The leader has read its weights by the time that it asks; what this rank reads is new.
        while leader.bytes_sent() == 0 {
            std::thread::yield_now();
        }
        write(0.2);
        scope.spawn(|| follow(&follower));
        let message = comparing.join().unwrap().unwrap_err().to_string();
        assert!(message.contains("start.safetensors") && message.contains("differ"), "{message}");
        dismiss(&leader);
    });
}

#[test]
#[should_panic(expected = "the ranks are at something else")]
fn ranks_do_one_thing_at_a_time() {
    let spec = ExperimentSpec::named("two", &["iris"], &["gd"]).unwrap();
    let dataset = spec.problems[0].data.load().unwrap();
    with_ranks(2, |ranks| {
        let first = Study::on(ranks, &spec, 0, &dataset, 0).unwrap();
        let again = || Study::on(ranks, &spec, 0, &dataset, 1).map(|_| ());
        let second = std::panic::catch_unwind(std::panic::AssertUnwindSafe(again));
        drop(first);
        dismiss(ranks);
        second.map_err(std::panic::resume_unwind).unwrap().unwrap();
    });
}
