//! The dense matrix that argmin's BFGS works on: argmin-math has no products of nalgebra's
//! vectors that give a matrix.

use argmin_math::{
    ArgminAdd, ArgminDot, ArgminEye, ArgminMul, ArgminSub, ArgminTranspose, ArgminZeroLike,
};
use nalgebra::DMatrix;

use crate::numerics::Vector;

/// An n × n matrix.
#[derive(Clone, Debug)]
pub struct Dense(pub DMatrix<f64>);

impl ArgminDot<Vector, Dense> for Vector {
    fn dot(&self, other: &Vector) -> Dense {
        Dense(self * other.transpose())
    }
}

impl ArgminDot<Vector, Vector> for Dense {
    fn dot(&self, other: &Vector) -> Vector {
        &self.0 * other
    }
}

impl ArgminDot<Dense, Dense> for Dense {
    fn dot(&self, other: &Dense) -> Dense {
        Dense(&self.0 * &other.0)
    }
}

impl ArgminAdd<Dense, Dense> for Dense {
    fn add(&self, other: &Dense) -> Dense {
        Dense(&self.0 + &other.0)
    }
}

impl ArgminSub<Dense, Dense> for Dense {
    fn sub(&self, other: &Dense) -> Dense {
        Dense(&self.0 - &other.0)
    }
}

impl ArgminMul<f64, Dense> for Dense {
    fn mul(&self, other: &f64) -> Dense {
        Dense(&self.0 * *other)
    }
}

impl ArgminTranspose<Dense> for Dense {
    fn t(self) -> Dense {
        Dense(self.0.transpose())
    }
}

impl ArgminZeroLike for Dense {
    fn zero_like(&self) -> Dense {
        Dense(DMatrix::zeros(self.0.nrows(), self.0.ncols()))
    }
}

impl ArgminEye for Dense {
    fn eye_like(&self) -> Dense {
        Self::eye(self.0.nrows())
    }

    fn eye(n: usize) -> Dense {
        Dense(DMatrix::identity(n, n))
    }
}
