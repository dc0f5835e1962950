//! The ranks of a job introduce themselves before it begins, and the leader refuses what would
//! not compute the same everywhere.

use serde::{Deserialize, Serialize};

use super::environment::{self, RankEnvironment, SOURCES, cpu_class};
use crate::cluster::{LEADER, Ranks};
use crate::error::{Error, Result};

/// What a rank says of itself.
///
/// It travels as JSON, so that builds which differ understand each other well enough to find
/// that they do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Introduction {
    /// losslab's version.
    pub version: String,
    /// The hash of its sources: [`SOURCES`].
    pub sources: String,
    /// Processors with the same bits in their results: [`cpu_class`].
    pub cpu_class: String,
    /// The arguments that it was started with, without the program.
    pub arguments: Vec<String>,
    /// The machine.
    pub host: String,
    /// Its process there.
    pub process: u32,
    /// Processors that it may use.
    pub cores: usize,
    /// Which these are, where the system tells: `0-3,8`.
    pub core_list: Option<String>,
}

impl Introduction {
    /// This process, started with these arguments on the machine of this name.
    pub fn here(host: String, arguments: Vec<String>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources: SOURCES.to_owned(),
            cpu_class: cpu_class(),
            arguments,
            host,
            process: std::process::id(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            core_list: environment::core_list(),
        }
    }

    /// The first thing in which this rank and the leader differ and must not: what differs,
    /// there and here, and the way out.
    fn difference(&self, leader: &Self) -> Option<(&'static str, [String; 2], &'static str)> {
        let same_build = "start the same build of losslab on every rank";
        let same_cpu = "results would depend on which rank computes what: use machines of one kind";
        for (what, here, there, remedy) in [
            ("version", &self.version, &leader.version, same_build),
            ("hash of the sources", &self.sources, &leader.sources, same_build),
            ("class of processors", &self.cpu_class, &leader.cpu_class, same_cpu),
        ] {
            if here != there {
                return Some((what, [here.clone(), there.clone()], remedy));
            }
        }
        let count = self.arguments.len().max(leader.arguments.len());
        let at = |arguments: &[String], i| match arguments.get(i) {
            Some(argument) => format!("'{argument}'"),
            None => "missing".to_owned(),
        };
        let i = (0..count).find(|i| self.arguments.get(*i) != leader.arguments.get(*i))?;
        let values = [at(&self.arguments, i), at(&leader.arguments, i)];
        let remedy = "give every rank the same arguments";
        Some(("first argument that differs", values, remedy))
    }
}

/// The ranks of a job that have introduced themselves, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Crew(Vec<Introduction>);

impl Crew {
    /// One process by itself.
    pub fn alone(introduction: Introduction) -> Self {
        Self(vec![introduction])
    }

    /// Threads of each rank: `count`, or as many as there are processors for it. Ranks on one
    /// host that may use the same processors share them; each has at least one thread.
    pub fn threads(&self, count: Option<usize>) -> Vec<usize> {
        let shared_by = |rank: &Introduction| {
            let place = |other: &&Introduction| {
                (&other.host, &other.core_list) == (&rank.host, &rank.core_list)
            };
            self.0.iter().filter(place).count()
        };
        let own = |rank: &Introduction| (rank.cores / shared_by(rank)).max(1);
        self.0
            .iter()
            .map(|rank| count.filter(|count| *count > 0).unwrap_or_else(|| own(rank)))
            .collect()
    }

    /// Where its ranks are, with so many threads each; nothing for a process by itself.
    pub fn environment(&self, threads: &[usize]) -> Vec<RankEnvironment> {
        if self.0.len() < 2 {
            return Vec::new();
        }
        let of = |(rank, threads): (&Introduction, &usize)| RankEnvironment {
            host: rank.host.clone(),
            threads: *threads,
        };
        self.0.iter().zip(threads).map(of).collect()
    }

    /// The first rank that must not take part.
    fn check(&self) -> Result<()> {
        let leader = &self.0[LEADER];
        for (rank, member) in self.0.iter().enumerate() {
            if let Some((what, [here, there], remedy)) = member.difference(leader) {
                return Err(Error::Rank {
                    rank,
                    host: member.host.clone(),
                    problem: format!(
                        "its {what} is {here}, and on rank {LEADER} on {} it is {there}",
                        leader.host
                    ),
                    remedy: remedy.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Every rank says who it is; all of them learn whether the job may begin. The leader has the
/// whole crew then, every other rank only itself.
///
/// # Errors
/// [`Error::Rank`], the same on every rank, where a rank has another build or other arguments
/// than the leader, or a processor that computes other bits.
pub fn introduce(ranks: &Ranks, introduction: Introduction) -> Result<Crew> {
    let text = serde_json::to_string(&introduction).expect("plain data");
    let told = ranks.gather(text);
    let mut crew = Crew(vec![introduction]);
    let mut refusal = None;
    if ranks.is_leader() {
        // What cannot be read is of another build, which its empty version says.
        crew = Crew(told.iter().map(|t| serde_json::from_str(t).unwrap_or_default()).collect());
        refusal = Some(match crew.check() {
            Err(Error::Rank { rank, host, problem, remedy }) => Some((rank, host, problem, remedy)),
            _ => None,
        });
    }
    ranks.broadcast(&mut refusal);
    match refusal.flatten() {
        Some((rank, host, problem, remedy)) => Err(Error::Rank { rank, host, problem, remedy }),
        None => Ok(crew),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(host: &str, cores: usize, core_list: &str) -> Introduction {
        let arguments = ["train", "-p", "iris"].map(str::to_owned).to_vec();
        let core_list = Some(core_list.to_owned());
        Introduction { cores, core_list, ..Introduction::here(host.to_owned(), arguments) }
    }

    /// What each rank finds when they introduce themselves so.
    fn meet(crew: Vec<Introduction>) -> Vec<Result<Crew>> {
        let ranks = Ranks::threads(crew.len());
        std::thread::scope(|scope| {
            let meeting = ranks
                .iter()
                .zip(crew)
                .map(|(ranks, introduction)| scope.spawn(|| introduce(ranks, introduction)));
            let meeting: Vec<_> = meeting.collect();
            meeting.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[test]
    fn a_crew_of_one_kind_begins() {
        let crew = vec![member("a", 4, "0-3"), member("a", 4, "4-7"), member("b", 8, "0-7")];
        let found = meet(crew.clone());
        assert_eq!(found[0].as_ref().unwrap().0, crew);
        assert_eq!(found[2].as_ref().unwrap().0, crew[2..]);
    }

    #[test]
    fn the_rank_that_differs_is_named_with_both_values_on_every_rank() {
        type Change = fn(&mut Introduction);
        let cases: [(Change, &[&str]); 6] = [
            (|m| m.version = "0.0.9".into(), &["version is 0.0.9", "same build"]),
            (|m| m.sources = "4f2a".into(), &["sources is 4f2a", SOURCES]),
            (|m| m.cpu_class = "vax".into(), &["class of processors is vax", "one kind"]),
            (|m| m.arguments[2] = "wine".into(), &["is 'wine'", "it is 'iris'"]),
            (|m| m.arguments.truncate(1), &["is missing", "it is '-p'"]),
            (|m| m.arguments.push("-q".into()), &["is '-q'", "it is missing"]),
        ];
        for (change, parts) in cases {
            let mut crew = vec![member("a", 4, "0-3"); 4];
            crew[2].host = "b".into();
            change(&mut crew[2]);
            for (rank, found) in meet(crew).into_iter().enumerate() {
                let error = found.unwrap_err().to_string();
                assert!(error.starts_with("rank 2 on b: its "), "{rank}: {error}");
                assert!(error.contains("on rank 0 on a it is"), "{rank}: {error}");
                assert!(parts.iter().all(|part| error.contains(part)), "{rank}: {error}");
            }
        }
    }

    #[test]
    fn an_introduction_of_another_time_is_read() {
        let text = r#"{"version": "9.0.0", "sources": "77", "weather": {"fine": true}}"#;
        let found: Introduction = serde_json::from_str(text).unwrap();
        assert_eq!((found.version.as_str(), found.cores), ("9.0.0", 0));
    }

    #[test]
    fn ranks_share_processors_only_with_those_that_have_the_same() {
        let crew = Crew(vec![
            member("a", 8, "0-7"),
            member("a", 8, "0-7"),
            member("a", 8, "0-7"),
            member("a", 8, "8-15"),
            member("b", 8, "0-7"),
        ]);
        assert_eq!(crew.threads(None), [2, 2, 2, 8, 8]);
        assert_eq!(crew.threads(Some(3)), [3; 5]);
        assert_eq!(crew.threads(Some(0)), crew.threads(None));
        assert_eq!(Crew(vec![member("a", 2, "0-1"); 5]).threads(None), [1; 5]);
    }
}
