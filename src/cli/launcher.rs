//! What the environment tells of the program that started this process, and how many others.

/// Variables with the rank and the number of ranks, of those who start several processes:
/// Open MPI's mpirun, PMI-1 (MPICH, Slurm), MVAPICH, Slurm's srun.
const VARIABLES: [(&str, &str); 4] = [
    ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    ("PMI_RANK", "PMI_SIZE"),
    ("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
    // Not SLURM_NTASKS, which a batch script and all that it starts have too.
    ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
];

/// PMIx tells the rank here, and the number only when it is asked.
const PMIX_RANK: &str = "PMIX_RANK";

/// One process among those that were started together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Launch {
    /// Which one it is.
    pub rank: usize,
    /// Their number, where the environment has it.
    pub size: Option<usize>,
    /// Whether srun started them, without telling them how to meet.
    pub is_bare_slurm: bool,
}

impl Launch {
    /// How this process was started, if not by itself.
    pub fn of_process() -> Option<Self> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let number = |name| variable(name)?.parse::<usize>().ok();
        let pair = |&(rank, size)| Some((rank, number(rank)?, number(size)?));
        let pmix = number(PMIX_RANK);
        match VARIABLES.iter().find_map(pair) {
            Some((name, rank, size)) => {
                let is_bare_slurm = name == "SLURM_PROCID" && pmix.is_none();
                Some(Self { rank, size: Some(size), is_bare_slurm })
            }
            None => pmix.map(|rank| Self { rank, size: None, is_bare_slurm: false }),
        }
    }

    /// What was started, in words.
    pub fn processes(&self) -> String {
        self.size.map_or("several processes".to_owned(), |size| format!("{size} processes"))
    }

    /// Whether there may be others.
    pub fn may_have_others(&self) -> bool {
        self.size != Some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Option<Launch> {
        Launch::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn launchers_are_told_by_their_variables() {
        let open_mpi = [
            ("OMPI_COMM_WORLD_RANK", "1"),
            ("OMPI_COMM_WORLD_SIZE", "3"),
            ("PMIX_RANK", "1"),
            // The daemons that mpirun starts through srun are tasks of their own.
            ("SLURM_PROCID", "0"),
            ("SLURM_STEP_NUM_TASKS", "2"),
        ];
        let several = Launch { rank: 1, size: Some(3), is_bare_slurm: false };
        assert_eq!(read(&open_mpi), Some(several));
        assert_eq!(read(&[("PMI_RANK", "1"), ("PMI_SIZE", "3")]), Some(several));
        let slurm = [("SLURM_PROCID", "1"), ("SLURM_STEP_NUM_TASKS", "3")];
        assert_eq!(read(&slurm), Some(Launch { is_bare_slurm: true, ..several }));
        let pmix = [slurm[0], slurm[1], ("PMIX_RANK", "1")];
        assert_eq!(read(&pmix), Some(several));
        assert_eq!(read(&pmix[2..]), Some(Launch { size: None, ..several }));
    }

    #[test]
    fn a_batch_script_starts_one_process() {
        assert_eq!(read(&[("SLURM_PROCID", "0"), ("SLURM_NTASKS", "4")]), None);
        assert_eq!(read(&[("PMI_RANK", "x"), ("PMI_SIZE", "3")]), None);
        assert_eq!(read(&[]), None);
    }
}
