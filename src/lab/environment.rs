//! Where results come from: program, machine, command and data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ProblemSummary;

/// A hash of the sources that this program was built from, 32 hexadecimal digits: two builds
/// of different sources differ, also where both differ from their commit. It is FNV-1a
/// (RFC 9923) with 128 bits over paths, lengths and contents of `src`, `data`, `Cargo.toml`,
/// `Cargo.lock` and `build.rs`.
pub const SOURCES: &str = env!("LOSSLAB_SOURCES");

/// What is recorded beside results and never compared.
///
/// What a file does not say, such as one that an earlier version wrote, is read as empty, 0
/// or absent; what it says beyond is passed over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// losslab's version.
    pub version: String,
    /// The commit it was built from, where that is known.
    pub commit: Option<String>,
    /// Whether its sources differed from that commit.
    pub modified: Option<bool>,
    /// The hash of its sources: [`SOURCES`].
    pub sources: String,
    /// The compiler: `rustc 1.89.0 (29483883e 2025-08-04)`.
    pub rustc: String,
    /// The build profile: `release` or `debug`, or what the one in use inherits from.
    pub profile: String,
    /// The optimisation level of this crate: `0` to `3`, `s`, `z`.
    pub optimisation: String,
    /// Cargo features that were enabled.
    pub features: Vec<String>,
    /// What it was built for: `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// Instructions that the compiler could rely on. The kernels use more, where the
    /// processor has them: see `vector_instructions`.
    pub target_features: Vec<String>,
    /// The processor's model, where the system tells.
    pub cpu: Option<String>,
    /// Processors that the program may use.
    pub cores: usize,
    /// All [`memory`] here, in bytes, where the system tells.
    pub memory_bytes: Option<u64>,
    /// The processor's architecture.
    pub architecture: String,
    /// The vector instructions that the kernels use: [`vector_instructions`].
    pub vector_instructions: String,
    /// Processors with the same bits in their results: [`cpu_class`].
    pub cpu_class: String,
    /// The operating system.
    pub os: String,
    /// Its name and version, where it tells: `Debian GNU/Linux 13 (trixie)`.
    pub os_version: Option<String>,
    /// The kernel's version, where the system tells.
    pub kernel: Option<String>,
    /// Threads in use; of several ranks those of the first.
    pub threads: usize,
    /// The ranks of a job of several, in order; empty for a process by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ranks: Vec<RankEnvironment>,
    /// When this was written, in UTC: `2026-11-29T04:05:31Z`.
    pub date: Option<String>,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// SHA-256 of each problem's data.
    pub data: BTreeMap<String, String>,
}

/// Where a rank is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RankEnvironment {
    /// The machine.
    pub host: String,
    /// Threads in use.
    pub threads: usize,
}

impl Environment {
    /// This process with its arguments, on as many threads as there are in the current pool.
    pub fn of_process(problems: &[ProblemSummary]) -> Self {
        let mut command: Vec<String> =
            std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
        if let Some(program) = command.first_mut() {
            let name = std::path::Path::new(program.as_str()).file_name();
            *program = name.map_or(String::new(), |name| name.to_string_lossy().into_owned());
        }
        Self::here(rayon::current_num_threads(), command, problems)
    }

    /// This program on this machine, running `command` on `threads` threads for
    /// these problems.
    pub fn here(threads: usize, command: Vec<String>, problems: &[ProblemSummary]) -> Self {
        let data = problems.iter().map(|p| (p.name.clone(), p.data_sha256.clone())).collect();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("LOSSLAB_COMMIT").map(str::to_owned),
            modified: option_env!("LOSSLAB_MODIFIED").map(|modified| modified == "true"),
            sources: SOURCES.to_owned(),
            rustc: env!("LOSSLAB_RUSTC").to_owned(),
            profile: env!("LOSSLAB_PROFILE").to_owned(),
            optimisation: env!("LOSSLAB_OPTIMISATION").to_owned(),
            features: listed(env!("LOSSLAB_FEATURES")),
            target: env!("LOSSLAB_TARGET").to_owned(),
            target_features: listed(env!("LOSSLAB_TARGET_FEATURES")),
            cpu: cpu(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_bytes: memory().map(|memory| memory.total_bytes),
            architecture: std::env::consts::ARCH.to_owned(),
            vector_instructions: vector_instructions().to_owned(),
            cpu_class: cpu_class(),
            os: std::env::consts::OS.to_owned(),
            os_version: read("/etc/os-release").as_deref().and_then(os_version),
            kernel: read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
            threads,
            ranks: Vec::new(),
            date: super::date::now(),
            command,
            data,
        }
    }
}

/// The processor's model, where the system tells.
pub fn cpu() -> Option<String> {
    read("/proc/cpuinfo").as_deref().and_then(cpu_model)
}

/// Memory of the machine, or of the container that it lends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Memory {
    /// All of it.
    pub total_bytes: u64,
    /// What programs may still take.
    pub available_bytes: u64,
}

/// The memory here, where the system tells.
///
/// Reference: proc_meminfo(5); Linux, Documentation/admin-guide/cgroup-v2.rst.
pub fn memory() -> Option<Memory> {
    let machine = read("/proc/meminfo").as_deref().and_then(memory_of_machine)?;
    let limit = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse().ok());
    let used = read("/sys/fs/cgroup/memory.current").and_then(|text| text.trim().parse().ok());
    Some(within_limit(machine, limit, used))
}

fn memory_of_machine(meminfo: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        kilobytes.checked_mul(1024)
    };
    Some(Memory { total_bytes: bytes("MemTotal:")?, available_bytes: bytes("MemAvailable:")? })
}

/// A container's limit, where it has one, and what is in use of it.
fn within_limit(machine: Memory, limit: Option<u64>, used: Option<u64>) -> Memory {
    let Some(limit) = limit.filter(|limit| *limit < machine.total_bytes) else { return machine };
    let left = limit.saturating_sub(used.unwrap_or(0));
    Memory { total_bytes: limit, available_bytes: left.min(machine.available_bytes) }
}

/// Bytes that this user may still write to the disk with this folder, or with the nearest one
/// above it that is there, where the system tells.
pub fn free_bytes(folder: &std::path::Path) -> Option<u64> {
    let folder = std::path::absolute(folder).ok()?;
    let nearest = folder.ancestors().find(|path| path.exists())?;
    free_bytes_at(nearest)
}

#[cfg(unix)]
fn free_bytes_at(folder: &std::path::Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes_at(_: &std::path::Path) -> Option<u64> {
    None
}

/// The vector instructions that the kernels use on this processor.
pub fn vector_instructions() -> &'static str {
    match pulp::Arch::new() {
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V4(_) => "AVX-512",
        #[cfg(target_arch = "x86_64")]
        pulp::Arch::V3(_) => "AVX2 and FMA",
        #[cfg(target_arch = "aarch64")]
        pulp::Arch::Neon(_) => "NEON",
        _ => "none beyond the compiler's",
    }
}

/// The class of this processor, on all of which one build of the program computes the same
/// bits: `x86_64 with AVX-512`.
pub fn cpu_class() -> String {
    format!("{} with {}", std::env::consts::ARCH, vector_instructions())
}

/// The processors that this process may use, where the system tells: `0-3,8`.
///
/// Reference: proc_pid_status(5).
pub(super) fn core_list() -> Option<String> {
    let status = read("/proc/self/status")?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    Some(list.trim().to_owned())
}

/// A small text file, where it is there.
fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The items of a list with commas.
fn listed(text: &str) -> Vec<String> {
    text.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The first model named in the text of `/proc/cpuinfo`.
fn cpu_model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim().to_owned())
}

/// The name that the text of `/etc/os-release` gives people to read.
///
/// Reference: os-release(5).
fn os_version(os_release: &str) -> Option<String> {
    let quoted = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(quoted.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_model_is_the_text_after_the_colon() {
        let text = "processor\t: 0\nmodel name\t: Fast CPU @ 3GHz\nprocessor\t: 1\n";
        assert_eq!(cpu_model(text), Some("Fast CPU @ 3GHz".to_owned()));
        assert_eq!(cpu_model("processor\t: 0\n"), None);
    }

    #[test]
    fn os_version_is_the_pretty_name_without_quotes() {
        let text = "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n";
        assert_eq!(os_version(text), Some("Debian GNU/Linux 13 (trixie)".to_owned()));
        assert_eq!(os_version("PRETTY_NAME=Arch\nID=arch\n"), Some("Arch".to_owned()));
        assert_eq!(os_version("ID=none\n"), None);
    }

    #[test]
    fn memory_is_the_machines_or_less_in_a_container() {
        let text = "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    600 kB\n";
        let machine = memory_of_machine(text).unwrap();
        assert_eq!(machine, Memory { total_bytes: 1_024_000, available_bytes: 614_400 });
        assert_eq!(memory_of_machine("MemTotal: 1000 kB\n"), None);
        assert_eq!(within_limit(machine, None, Some(7)), machine);
        assert_eq!(within_limit(machine, Some(2_000_000), None), machine);
        let small = Memory { total_bytes: 500_000, available_bytes: 100_000 };
        assert_eq!(within_limit(machine, Some(500_000), Some(400_000)), small);
    }

    #[cfg(unix)]
    #[test]
    fn disks_tell_what_is_left_also_for_folders_that_are_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("not/there");
        assert!(free_bytes(&below).is_some_and(|bytes| bytes > 0));
    }

    #[test]
    fn a_list_has_no_empty_items() {
        assert_eq!(listed("fxsr,sse,sse2"), ["fxsr", "sse", "sse2"]);
        assert!(listed("").is_empty());
    }

    #[test]
    fn the_build_tells_what_it_was_made_of_and_by_what() {
        let here = Environment::here(2, vec!["losslab".into()], &[]);
        assert!(SOURCES.len() == 32 && SOURCES.bytes().all(|digit| digit.is_ascii_hexdigit()));
        assert!(here.rustc.starts_with("rustc 1."), "{}", here.rustc);
        assert!(["debug", "release"].contains(&here.profile.as_str()), "{}", here.profile);
        assert!(here.target.starts_with(std::env::consts::ARCH), "{}", here.target);
        assert!(here.cores > 0 && here.cpu_class.starts_with(std::env::consts::ARCH));
        assert!(here.cpu_class.ends_with(vector_instructions()));
        let relies_on = |name: &str| here.target_features.iter().any(|feature| feature == name);
        assert_eq!(relies_on("sse2"), cfg!(target_feature = "sse2"));
        assert_eq!(relies_on("avx2"), cfg!(target_feature = "avx2"));
    }

    #[test]
    fn it_reads_back_and_so_do_files_that_say_less_or_more() {
        let here = Environment::here(2, vec!["losslab".into(), "compare".into()], &[]);
        let text = serde_json::to_string(&here).unwrap();
        assert_eq!(serde_json::from_str::<Environment>(&text).unwrap(), here);
        let earlier = r#"{"version": "0.1.0", "commit": null, "modified": false, "cpu": null,
            "os": "linux", "architecture": "x86_64", "threads": 2, "command": ["losslab"],
            "data": {"digits": "92"}, "weather": "fine"}"#;
        let earlier: Environment = serde_json::from_str(earlier).unwrap();
        assert_eq!((earlier.threads, earlier.data["digits"].as_str()), (2, "92"));
        assert_eq!((earlier.cpu_class.as_str(), earlier.kernel), ("", None));
        assert_eq!((earlier.memory_bytes, earlier.date), (None, None));
    }
}
