//! Where results come from: program, machine, command and data.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ProblemSummary;

/// What is recorded beside results and never compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Environment {
    /// losslab's version.
    pub version: &'static str,
    /// The commit it was built from, where that is known.
    pub commit: Option<&'static str>,
    /// Whether its sources differed from that commit.
    pub modified: Option<bool>,
    /// The processor's model, where the system tells.
    pub cpu: Option<String>,
    /// The operating system.
    pub os: &'static str,
    /// The processor's architecture.
    pub architecture: &'static str,
    /// Threads in use.
    pub threads: usize,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// SHA-256 of each problem's data.
    pub data: BTreeMap<String, String>,
}

impl Environment {
    /// This program on this machine, running `command` on `threads` threads for
    /// these problems.
    pub fn here(threads: usize, command: Vec<String>, problems: &[ProblemSummary]) -> Self {
        let data = problems.iter().map(|p| (p.name.clone(), p.data_sha256.clone())).collect();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: option_env!("LOSSLAB_COMMIT"),
            modified: option_env!("LOSSLAB_MODIFIED").map(|modified| modified == "true"),
            cpu: cpu(),
            os: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            threads,
            command,
            data,
        }
    }
}

/// The processor's model, where the system tells.
pub fn cpu() -> Option<String> {
    std::fs::read_to_string("/proc/cpuinfo").ok().as_deref().and_then(cpu_model)
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

/// The first model named in the text of `/proc/cpuinfo`.
fn cpu_model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::cpu_model;

    #[test]
    fn cpu_model_is_the_text_after_the_colon() {
        let text = "processor\t: 0\nmodel name\t: Fast CPU @ 3GHz\nprocessor\t: 1\n";
        assert_eq!(cpu_model(text), Some("Fast CPU @ 3GHz".to_owned()));
        assert_eq!(cpu_model("processor\t: 0\n"), None);
    }
}
