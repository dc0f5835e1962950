//! Seeds and the random streams that grow from them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The generator behind every random choice: ChaCha with 8 rounds, whose output
/// is the same on every platform.
pub type RandomStream = ChaCha8Rng;

/// A seed. Named children are independent streams, so that drawing more numbers
/// for one purpose never shifts those of another.
///
/// ```
/// use losslab::numerics::Seed;
/// let base = Seed::new(0);
/// assert_ne!(base.child("split"), base.child("start"));
/// assert_eq!(base.child("split"), Seed::new(0).child("split"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seed(u64);

impl Seed {
    /// The seed with this number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The seed for a part named `name`: the first eight bytes of
    /// SHA-256(seed, name).
    pub fn child(self, name: &str) -> Self {
        Self::first_of(self.digest(&[name.as_bytes()]))
    }

    /// The seed for the part with this number, which no name is the same as: the first
    /// eight bytes of SHA-256(seed, 0xff, number), and 0xff is in no text.
    pub fn numbered(self, number: u64) -> Self {
        Self::first_of(self.digest(&[&[0xff], &number.to_le_bytes()]))
    }

    /// A generator that starts from this seed.
    pub fn stream(self) -> RandomStream {
        ChaCha8Rng::from_seed(self.digest(&[b"stream"]))
    }

    fn first_of(digest: [u8; 32]) -> Self {
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        Self(u64::from_le_bytes(number))
    }

    fn digest(self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.0.to_le_bytes());
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize().into()
    }
}
