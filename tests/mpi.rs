//! Jobs of several ranks under MPI: how they begin, compute, fail and go on.

#[path = "support/mpirun.rs"]
mod mpirun;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use losslab::numerics::Seed;
use mpirun::{Job, alone, ranks};
use rand::RngExt;
use serde_json::Value;

/// Moments at which a rank is killed in each test: `LOSSLAB_TEST_MOMENTS`, or 10.
fn moments() -> usize {
    std::env::var("LOSSLAB_TEST_MOMENTS").map_or(10, |count| count.parse().unwrap())
}

/// What a job may take to end once a rank is dead.
const NO_HANG: Duration = Duration::from_secs(10);

fn read(folder: &Path, file: &str) -> Vec<u8> {
    std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A table with this many rows in `file` of the folder.
fn write_table(folder: &Path, rows: usize) {
    let line = |i: usize| format!("{},{},{}\n", i % 10, i * i % 17, 3 + 2 * (i % 10));
    let table: String = (0..rows).map(line).collect();
    std::fs::write(folder.join("table.csv"), format!("a,b,y\n{table}")).unwrap();
}

#[test]
fn only_the_leader_speaks() {
    let folder = tempfile::tempdir().unwrap();
    let one = alone(folder.path(), &["list", "solvers"]).succeeded();
    let three = ranks(3, folder.path(), &["list", "solvers"]).end().succeeded();
    assert_eq!(three, one);
    for (arguments, part) in [
        (&["train", "-p", "digit"][..], "did you mean 'digits'?"),
        (&["trian"], "unrecognized subcommand"),
        (&["train", "-j", "-1"], "give a whole number"),
    ] {
        let error = ranks(2, folder.path(), arguments).end().failed(2);
        assert_eq!(error.matches(part).count(), 1, "{error}");
        assert_eq!(error.matches("error: ").count(), 1, "{error}");
    }
}

#[test]
fn a_job_of_one_rank_is_a_process_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["train", "-p", "iris", "--budget", "9", "-q"];
    ranks(1, folder.path(), &small).end().succeeded();
    let environment = read(folder.path(), "results/train/environment.json");
    let environment: Value = serde_json::from_slice(&environment).unwrap();
    assert_eq!(environment.get("ranks"), None);
    assert!(!folder.path().join("results/train/checkpoint.losslab").exists());
}

#[test]
fn ranks_with_other_arguments_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let groups: [(usize, &Path, &[&str]); 2] = [
        (2, folder.path(), &["train", "-p", "iris", "-q"]),
        (1, folder.path(), &["train", "-p", "wine", "-q"]),
    ];
    let error = Job::start(&groups).end().failed(2);
    assert_eq!(error.matches("error: ").count(), 1, "{error}");
    assert!(error.contains("error: rank 2 on "), "{error}");
    assert!(error.contains("is 'wine', and on rank 0 on "), "{error}");
    assert!(!folder.path().join("results").exists());
}

#[test]
fn the_results_say_where_the_ranks_were() {
    let folder = tempfile::tempdir().unwrap();
    let small = ["train", "-p", "iris", "--budget", "30", "-q", "-j", "2"];
    ranks(3, folder.path(), &small).end().succeeded();
    let environment = read(folder.path(), "results/train/environment.json");
    let environment: Value = serde_json::from_slice(&environment).unwrap();
    let ranks = environment["ranks"].as_array().unwrap();
    assert_eq!(ranks.len(), 3);
    assert!(ranks.iter().all(|rank| rank["threads"] == 2 && rank["host"] != ""), "{ranks:?}");
    let hosts: BTreeSet<_> = ranks.iter().map(|rank| rank["host"].as_str()).collect();
    assert_eq!(hosts.len(), mpirun::hosts(), "{hosts:?}");
    assert_eq!(environment["threads"], 2);
    // Several ranks write checkpoints unasked.
    assert!(folder.path().join("results/train/checkpoint.losslab").exists());
}

#[test]
fn a_file_that_one_rank_cannot_read_ends_all() {
    let [here, there] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    write_table(here.path(), 300);
    let arguments =
        ["train", "--data", "table.csv", "--target", "y", "--budget", "9", "--hidden", "4", "-q"];
    let end = || {
        let groups: [(usize, &Path, &[&str]); 2] =
            [(2, here.path(), &arguments), (1, there.path(), &arguments)];
        Job::start(&groups).end().failed(2)
    };
    let error = end();
    assert!(error.contains("rank 2") && error.contains("table.csv"), "{error}");
    assert!(error.contains("check the path"), "{error}");
    write_table(there.path(), 301);
    let error = end();
    assert!(error.contains("rank 2") && error.contains("contents differ"), "{error}");
}

/// A table whose rows are spread evenly over blocks and ranks, and one whose rows are not.
const ROWS: [usize; 2] = [1024, 1361];

/// Processes, and threads of each.
const SHAPES: [(usize, &str); 6] = [(1, "1"), (1, "2"), (2, "1"), (3, "1"), (4, "1"), (2, "2")];

#[test]
fn every_number_has_the_same_bits_for_any_number_of_processes_and_threads() {
    let folder = tempfile::tempdir().unwrap();
    for rows in ROWS {
        write_table(folder.path(), rows);
        let problem = ["--data", "table.csv", "--target", "y", "--task", "multi-class"];
        let problem = [&problem[..], &["--hidden", "16,8", "--split", "all"]].concat();
        let quantities = "value,gradient,hessian-vector,gauss-newton-vector";
        let commands: [(&[&str], &[&str]); 3] = [
            (&["eval", "--what", quantities, "-o", "numbers.safetensors"], &[]),
            (
                &["train", "-s", "lbfgs", "--iterations", "100", "--budget", "1e4", "-q"],
                &["results/train/runs.jsonl", "results/train/weights.safetensors"],
            ),
            (
                &["landscape", "-s", "lbfgs", "--budget", "9", "--points", "21", "-q"],
                &["results/landscape/landscape.npz"],
            ),
        ];
        for (command, files) in commands {
            let files = if files.is_empty() { &["numbers.safetensors"] } else { files };
            let mut expected: Option<Vec<Vec<u8>>> = None;
            for (processes, threads) in SHAPES {
                let arguments = [command, &problem, &["-j", threads]].concat();
                match processes {
                    1 => alone(folder.path(), &arguments).succeeded(),
                    _ => ranks(processes, folder.path(), &arguments).end().succeeded(),
                };
                let found: Vec<Vec<u8>> =
                    files.iter().map(|file| read(folder.path(), file)).collect();
                let expected = expected.get_or_insert_with(|| found.clone());
                let shape = format!("{rows} rows, {processes} × {threads}");
                assert!(found == *expected, "{}, {shape}", command[0]);
                files
                    .iter()
                    .for_each(|file| std::fs::remove_file(folder.path().join(file)).unwrap());
            }
        }
    }
}

#[test]
fn a_job_that_is_told_to_end_writes_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    // Longer than anybody waits.
    let job = ranks(2, folder.path(), &["train", "-p", "digits", "--budget", "1e6", "-q"]);
    let checkpoint = folder.path().join("results/train/checkpoint.losslab");
    let start = Instant::now();
    while !checkpoint.exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "no checkpoint");
        std::thread::sleep(Duration::from_millis(20));
    }
    job.signal("-TERM");
    let ended = job.end_within(NO_HANG);
    assert!(!ended.status.success());
    assert!(ended.stderr.contains("told to end"), "{}", ended.stderr);
    assert!(ended.stderr.contains("--resume"), "{}", ended.stderr);
    assert!(
        String::from_utf8(read(folder.path(), "results/train/runs.jsonl"))
            .unwrap()
            .contains("\"interrupted\"")
    );
}

/// A command that is killed again and again.
struct Killed<'k> {
    arguments: &'k [&'k str],
    ranks: usize,
    /// The file without which `--resume` has nothing to go on from; `None` where the command
    /// needs no such flag.
    resume_from: Option<&'k str>,
    /// Files that must come out the same.
    same: &'k [&'k str],
    seed: u64,
}

impl Killed<'_> {
    /// Kills a rank at so many moments, goes on after each, and compares in the end.
    fn check(&self) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        alone(root, &[self.arguments, &["-o", "whole", "-q"]].concat()).succeeded();
        let start = Instant::now();
        let again = [self.arguments, &["-o", "again", "-q"]].concat();
        ranks(self.ranks, root, &again).end().succeeded();
        let mut whole = start.elapsed();
        self.compare(root, "again");
        let mut stream = Seed::new(self.seed).child("moments").stream();
        let (mut started, mut killed, mut told) = (0, 0, 0);
        while killed < moments() {
            started += 1;
            assert!(started < 10 * moments(), "only {killed} jobs could be killed");
            let victim = stream.random_range(0..self.ranks);
            let start = Instant::now();
            let is_fresh = !root.join("killed").exists();
            let mut job = ranks(self.ranks, root, &self.next(root));
            let moment = whole.mul_f64(stream.random_range(0.0..0.9));
            let is_killed = job.runs_for(moment) && job.kill(victim);
            let ended = if is_killed { job.end_within(NO_HANG) } else { job.end() };
            if ended.status.success() {
                // Nobody was there any more, or yet: from the start again.
                if is_fresh {
                    whole = whole.min(start.elapsed());
                }
                self.compare(root, "killed");
                std::fs::remove_dir_all(root.join("killed")).unwrap();
                continue;
            }
            assert!(is_killed && ended.stderr.contains("mpirun"), "{}", ended.stderr);
            killed += 1;
            told += usize::from(ended.stderr.contains("told to end"));
        }
        let is_enough = told > 0 || moments() < 10;
        assert!(is_enough, "{killed} were killed, and no leader said what to do");
        ranks(self.ranks, root, &self.next(root)).end().succeeded();
        self.compare(root, "killed");
    }

    fn next(&self, root: &Path) -> Vec<&str> {
        let from = self.resume_from.map(|file| root.join("killed").join(file));
        let resume: &[&str] =
            if from.is_some_and(|path| path.exists()) { &["--resume"] } else { &[] };
        [self.arguments, &["-o", "killed", "-q"], resume].concat()
    }

    fn compare(&self, root: &Path, folder: &str) {
        for file in self.same {
            let [found, whole] = [folder, "whole"].map(|folder| read(&root.join(folder), file));
            assert!(found == whole, "{file} of {folder} differs");
        }
    }
}

#[test]
fn a_training_run_whose_ranks_are_killed_ends_with_the_same_bytes() {
    let job = Killed {
        arguments: &["train", "-p", "digits", "--budget", "1000"],
        ranks: 3,
        resume_from: Some("checkpoint.losslab"),
        same: &["runs.jsonl", "weights.safetensors"],
        seed: 1,
    };
    job.check();
}

#[test]
fn a_sweep_whose_ranks_are_killed_ends_with_the_same_bytes() {
    let solvers = ["-s", "gd,cg,lbfgs,adam", "--seeds", "5", "--budget", "150", "--untimed"];
    let job = Killed {
        arguments: &[&["compare", "-p", "wine,iris"], &solvers[..]].concat(),
        ranks: 3,
        resume_from: Some("runs.journal"),
        same: &["runs.jsonl", "comparison.json", "weights/wine.lbfgs.4.safetensors"],
        seed: 2,
    };
    job.check();
}

#[test]
fn a_comparison_of_spread_rows_whose_ranks_are_killed_ends_with_the_same_bytes() {
    let job = Killed {
        arguments: &["compare", "-p", "wine", "-s", "cg,lbfgs", "--seeds", "3", "--budget", "60"],
        ranks: 2,
        resume_from: Some("runs.journal"),
        same: &["runs.jsonl", "comparison.json", "weights/wine.lbfgs.2.safetensors"],
        seed: 3,
    };
    job.check();
}

#[test]
fn a_landscape_whose_ranks_are_killed_ends_with_the_same_bytes() {
    let job = Killed {
        arguments: &[
            "landscape",
            "-p",
            "digits",
            "-s",
            "lbfgs",
            "--directions",
            "random",
            "--points",
            "21",
            "--budget",
            "50",
        ],
        ranks: 3,
        resume_from: None,
        same: &["landscape.json", "landscape.npz"],
        seed: 4,
    };
    job.check();
}
