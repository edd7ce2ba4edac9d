//! What an index function returns.

use crate::bounds::IndexValue;
use crate::key::BoxError;

/// The index values of one stored value, without duplicates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Values<I> {
    None,
    One(I),
    /// At least two, sorted.
    Many(Vec<I>),
}

impl<I: IndexValue> Values<I> {
    pub(crate) fn from_vec(mut values: Vec<I>) -> Self {
        if values.len() > 1 {
            values.sort_unstable();
            values.dedup();
        }
        match values.len() {
            0 | 1 => values.pop().map_or(Self::None, Self::One),
            _ => Self::Many(values),
        }
    }

    pub(crate) fn as_slice(&self) -> &[I] {
        match self {
            Self::None => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// What an index function may return: `Option<I>`, `Vec<I>`, or a `Result` of either.
///
/// `None` and an empty `Vec` leave the value out of the index, several values list it under each (duplicates count once),
/// an error leaves it out and is reported.
pub trait IntoIndexValues: sealed::Sealed {
    /// One index value.
    type Value: IndexValue;

    #[doc(hidden)]
    fn into_vec_or_one(self) -> Result<sealed::Found<Self::Value>, BoxError>;
}

impl<I: IndexValue> IntoIndexValues for Option<I> {
    type Value = I;

    #[inline]
    fn into_vec_or_one(self) -> Result<sealed::Found<I>, BoxError> {
        Ok(sealed::Found(self.map_or(Values::None, Values::One)))
    }
}

impl<I: IndexValue> IntoIndexValues for Vec<I> {
    type Value = I;

    fn into_vec_or_one(self) -> Result<sealed::Found<I>, BoxError> {
        Ok(sealed::Found(Values::from_vec(self)))
    }
}

impl<T: IntoIndexValues, E: Into<BoxError>> IntoIndexValues for Result<T, E> {
    type Value = T::Value;

    #[inline]
    fn into_vec_or_one(self) -> Result<sealed::Found<T::Value>, BoxError> {
        self.map_err(Into::into)?.into_vec_or_one()
    }
}

pub(crate) mod sealed {
    use super::Values;

    /// Keeps the trait to the types whose meaning is documented.
    pub trait Sealed {}

    impl<I> Sealed for Option<I> {}
    impl<I> Sealed for Vec<I> {}
    impl<T, E> Sealed for Result<T, E> {}

    /// Hides the internal form from the public signature.
    #[derive(Debug)]
    pub struct Found<I>(pub(crate) Values<I>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_and_drops_duplicates() {
        assert_eq!(Values::from_vec(vec![2, 1, 2]), Values::Many(vec![1, 2]));
        assert_eq!(Values::from_vec(vec![2, 2]), Values::One(2));
        assert_eq!(Values::<u8>::from_vec(vec![]).as_slice(), [0; 0]);
    }
}
