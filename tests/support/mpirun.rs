//! Jobs of several ranks, started by mpirun and watched.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A job that is not done after this never will be.
const PATIENCE: Duration = Duration::from_secs(120);

/// Marks the processes of one job.
const MARK: &str = "LOSSLAB_TEST_JOB";

/// mpirun and its own arguments. `LOSSLAB_TEST_MPIRUN` takes its place, to start the ranks on
/// several hosts.
fn mpirun() -> Command {
    let text = std::env::var("LOSSLAB_TEST_MPIRUN");
    let text = text.unwrap_or_else(|_| "mpirun --oversubscribe".to_owned());
    let mut words = text.split_whitespace();
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words);
    // Heeded where root runs the tests, as in a container.
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command
}

/// The hosts on which three ranks are: `LOSSLAB_TEST_HOSTS`, or this machine alone.
pub fn hosts() -> usize {
    std::env::var("LOSSLAB_TEST_HOSTS").map_or(1, |count| count.parse().unwrap())
}

/// What a job or a process by itself ended with.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

/// A job that runs.
pub struct Job {
    child: Child,
    mark: String,
    files: tempfile::TempDir,
}

/// losslab by itself.
pub fn alone(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_losslab"));
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// So many ranks with the same arguments in the same folder.
pub fn ranks(count: usize, folder: &Path, arguments: &[&str]) -> Job {
    Job::start(&[(count, folder, arguments)])
}

impl Job {
    /// Ranks in groups: how many, where, with which arguments.
    pub fn start(groups: &[(usize, &Path, &[&str])]) -> Self {
        static JOBS: AtomicUsize = AtomicUsize::new(0);
        let number = JOBS.fetch_add(1, Ordering::Relaxed);
        let mark = format!("{}.{number}", std::process::id());
        let files = tempfile::tempdir().unwrap();
        let mut command = mpirun();
        // Jobs that begin at the same moment would trip over each other's common folder.
        command.env("OMPI_MCA_orte_tmpdir_base", files.path());
        for (i, (count, folder, arguments)) in groups.iter().enumerate() {
            if i > 0 {
                command.arg(":");
            }
            command.args(["-n", &count.to_string(), "-x", &format!("{MARK}={mark}")]);
            command.arg("-wdir").arg(folder).arg(env!("CARGO_BIN_EXE_losslab")).args(*arguments);
        }
        let file = |name| File::create(files.path().join(name)).unwrap();
        command.stdout(file("stdout")).stderr(file("stderr"));
        let child = command.spawn().expect("mpirun is installed (scripts/test-mpi)");
        Self { child, mark, files }
    }

    /// How it ends, which it must within some time.
    pub fn end(self) -> Ended {
        self.end_within(PATIENCE)
    }

    /// How it ends, which it must within this time.
    pub fn end_within(mut self, limit: Duration) -> Ended {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > limit {
                self.child.kill().unwrap();
                panic!("no end after {limit:?}: {}{}", self.read("stdout"), self.read("stderr"));
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Ended { status, stdout: self.read("stdout"), stderr: self.read("stderr") }
    }

    /// Whether it still runs after this time; waits no longer than it does.
    pub fn runs_for(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < time {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Kills a rank, if it is there.
    pub fn kill(&self, rank: usize) -> bool {
        let Some(process) = self.process(rank) else { return false };
        Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap().success()
    }

    /// Sends a signal to mpirun itself.
    pub fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }

    fn process(&self, rank: usize) -> Option<u32> {
        let expected = [format!("{MARK}={}", self.mark), format!("OMPI_COMM_WORLD_RANK={rank}")];
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let mut numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.find(|process: &u32| {
            let read = |file| std::fs::read(format!("/proc/{process}/{file}")).unwrap_or_default();
            let environment = read("environ");
            let has = |text: &String| {
                environment.split(|byte| *byte == 0).any(|variable| variable == text.as_bytes())
            };
            expected.iter().all(has) && read("comm").starts_with(b"losslab")
        })
    }

    fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.files.path().join(name)).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Ended {
    /// That it succeeded, and what it printed.
    pub fn succeeded(self) -> String {
        assert!(self.status.success(), "{:?}: {}", self.status, self.stderr);
        self.stdout
    }

    /// That it failed with this exit code, and what it said.
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.status.code(), Some(code), "{}{}", self.stdout, self.stderr);
        self.stderr
    }
}
