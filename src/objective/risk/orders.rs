//! What the leader of the ranks that share a risk asks of the others.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::share::Share;
use super::{Linearization, Risk};
use crate::cluster::Ranks;
use crate::model::{Rows, SecondOrder};
use crate::numerics::Vector;
use crate::objective::remote::Remote;

/// One evaluation. θ follows it, but for products, which the directions follow.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Op {
    Value,
    ValueGradient,
    ValueKeeping { tape: u64 },
    GradientFrom { tape: u64 },
    BatchValue { rows: Vec<usize> },
    BatchValueGradient { rows: Vec<usize> },
    Linearize { point: u64 },
    LinearizeBatch { point: u64, rows: Vec<usize> },
    Product { gauss_newton: bool, point: u64, directions: usize },
    PredictHeldOut,
    BytesSent,
    End,
}

/// An evaluation, and what need not be kept any more.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    op: Op,
    forgotten: Vec<u64>,
}

/// What a rank keeps for the leader.
enum Kept {
    Tape(Vec<Vec<f64>>),
    Point(Box<Linearization>),
}

impl Risk {
    /// On the leader of ranks: waits for its turn and tells the others; the turn lasts as long
    /// as what is returned. Without ranks nothing is to be done.
    pub(super) fn order(
        &self,
        op: impl FnOnce() -> Op,
        numbers: &[&Vector],
    ) -> Option<MutexGuard<'_, ()>> {
        let share = self.share.as_ref()?;
        let turn = share.turn.lock().unwrap_or_else(PoisonError::into_inner);
        share.tell(op());
        numbers.iter().for_each(|numbers| share.ranks.spread_numbers(numbers.as_slice()));
        Some(turn)
    }

    /// On the leader of ranks: the bytes that all of them have sent so far, this question and
    /// the answers left out. Nothing without ranks.
    pub fn bytes_sent(&self) -> u64 {
        let Some(share) = &self.share else { return 0 };
        let before = share.ranks.bytes_sent();
        let nothing = Vector::zeros(0);
        let _turn = self.order(|| Op::BytesSent, &[&nothing]);
        let all = share.ranks.gather(before);
        all.iter().sum()
    }

    /// The right to something that the other ranks are about to keep; none without ranks.
    pub(super) fn remote(&self) -> Option<Remote> {
        let share = self.share.as_ref()?;
        let id = share.last_kept.fetch_add(1, Ordering::Relaxed) + 1;
        Some(Remote::new(id, &share.forgotten))
    }

    /// Does this rank's part of what the leader asks for, until the leader's risk is dropped.
    ///
    /// # Panics
    /// On the leader, and where no ranks share the rows.
    pub fn serve(&self) {
        let share = self.share.as_ref().expect("ranks share the rows");
        assert!(!share.ranks.is_leader(), "the leader asks");
        let mut server = Server {
            risk: self,
            ranks: &share.ranks,
            kept: HashMap::new(),
            spare: Vec::new(),
            theta: Vector::zeros(0),
            gradient: Vector::zeros(self.network.dimension()),
        };
        loop {
            let mut order = None;
            share.ranks.broadcast(&mut order);
            let Some(Order { op, forgotten }) = order else { return };
            server.forget(&forgotten);
            if matches!(op, Op::End) {
                return;
            }
            server.follow(op);
        }
    }
}

impl Share {
    fn tell(&self, op: Op) {
        self.is_served.store(true, Ordering::Relaxed);
        let order = Order { op, forgotten: self.forgotten.take() };
        self.ranks.broadcast(&mut Some(order));
    }
}

impl Drop for Share {
    /// The other ranks need not wait any longer.
    fn drop(&mut self) {
        if self.ranks.is_leader() && self.is_served.load(Ordering::Relaxed) {
            self.tell(Op::End);
            self.ranks.release();
        }
    }
}

/// A rank that is asked.
struct Server<'r> {
    risk: &'r Risk,
    ranks: &'r Ranks,
    kept: HashMap<u64, Kept>,
    /// Storage of what was forgotten.
    spare: Vec<Kept>,
    theta: Vector,
    gradient: Vector,
}

impl Server<'_> {
    fn forget(&mut self, ids: &[u64]) {
        self.spare.extend(ids.iter().filter_map(|id| self.kept.remove(id)));
    }

    fn follow(&mut self, op: Op) {
        if let Op::Product { gauss_newton, point, directions } = op {
            return self.multiply(gauss_newton, point, directions);
        }
        let storage = std::mem::replace(&mut self.theta, Vector::zeros(0));
        self.theta = self.hear(storage);
        let Self { risk, theta, gradient, .. } = self;
        let all = risk.all_rows();
        match op {
            Op::Value => {
                risk.value_on(all, theta);
            }
            Op::ValueGradient => {
                risk.value_gradient_on(all, theta, gradient);
            }
            Op::BatchValue { rows } => {
                risk.value_on(Rows::Listed(&rows), theta);
            }
            Op::BatchValueGradient { rows } => {
                risk.value_gradient_on(Rows::Listed(&rows), theta, gradient);
            }
            Op::PredictHeldOut => {
                risk.outputs_of_held_out(theta);
            }
            Op::BytesSent => {
                self.ranks.gather(self.ranks.bytes_sent());
            }
            Op::ValueKeeping { tape } => {
                let mut blocks = self.spare_tape();
                self.risk.value_on_tape(&self.theta, &mut blocks);
                self.kept.insert(tape, Kept::Tape(blocks));
            }
            Op::GradientFrom { tape } => {
                let Some(Kept::Tape(blocks)) = self.kept.get(&tape) else { no_such(tape) };
                risk.gradient_from_tape(theta, blocks, gradient);
            }
            Op::Linearize { point } => self.linearize(point, None),
            Op::LinearizeBatch { point, rows } => self.linearize(point, Some(&rows)),
            Op::Product { .. } | Op::End => unreachable!("it was dealt with before"),
        }
    }

    /// The next numbers from the leader, in storage that is not needed any more.
    fn hear(&self, storage: Vector) -> Vector {
        let mut numbers: Vec<f64> = storage.data.into();
        self.ranks.hear_numbers(&mut numbers);
        Vector::from_vec(numbers)
    }

    fn multiply(&mut self, gauss_newton: bool, point: u64, directions: usize) {
        let v: Vec<Vector> = (0..directions).map(|_| self.hear(Vector::zeros(0))).collect();
        let mut out = v.clone();
        let matrix = if gauss_newton { SecondOrder::GaussNewton } else { SecondOrder::Hessian };
        let Some(Kept::Point(at)) = self.kept.get(&point) else { no_such(point) };
        self.risk.product_on(matrix, at, &v, &mut out);
    }

    fn linearize(&mut self, point: u64, batch: Option<&[usize]>) {
        let is_point = |kept: &Kept| matches!(kept, Kept::Point(_));
        let mut at = match self.spare.iter().position(is_point).map(|i| self.spare.remove(i)) {
            Some(Kept::Point(at)) => at,
            _ => Box::default(),
        };
        self.risk.linearize_rows(batch, &self.theta, &mut at);
        self.kept.insert(point, Kept::Point(at));
    }

    fn spare_tape(&mut self) -> Vec<Vec<f64>> {
        let is_tape = |kept: &Kept| matches!(kept, Kept::Tape(_));
        match self.spare.iter().position(is_tape).map(|i| self.spare.remove(i)) {
            Some(Kept::Tape(blocks)) => blocks,
            _ => Vec::new(),
        }
    }
}

fn no_such(id: u64) -> ! {
    unreachable!("the leader asks only for what it has not dropped: {id}")
}
