use crate::{Context, Output};

/// A property's value: known already, or the output of another resource.
pub enum Input<T> {
    /// Known already.
    StaticValue(T),
    /// Known when the resource that it comes from is there.
    Output(Output<T>),
}

impl<T: Clone + Send + Sync + 'static> Input<T> {
    /// Called by generated code.
    #[doc(hidden)]
    pub fn get_output(self, _context: &Context) -> Output<T> {
        match self {
            Self::StaticValue(value) => Output::new(value),
            Self::Output(output) => output,
        }
    }
}

impl<T: Default> Default for Input<T> {
    fn default() -> Self {
        Self::StaticValue(T::default())
    }
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::StaticValue(value)
    }
}

impl<T> From<T> for Input<Option<T>> {
    fn from(value: T) -> Self {
        Self::StaticValue(Some(value))
    }
}

impl<T> From<Output<T>> for Input<T> {
    fn from(output: Output<T>) -> Self {
        Self::Output(output)
    }
}

impl<T: Clone + Send + Sync + 'static> From<Output<T>> for Input<Option<T>> {
    fn from(output: Output<T>) -> Self {
        Self::Output(output.map(Some))
    }
}

impl From<&str> for Input<String> {
    fn from(value: &str) -> Self {
        Self::StaticValue(value.to_owned())
    }
}

impl From<&str> for Input<Option<String>> {
    fn from(value: &str) -> Self {
        Self::StaticValue(Some(value.to_owned()))
    }
}

fn owned<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    values.into_iter().map(ToOwned::to_owned).collect()
}

impl From<Vec<&str>> for Input<Vec<String>> {
    fn from(values: Vec<&str>) -> Self {
        Self::StaticValue(owned(values))
    }
}

impl From<Vec<&str>> for Input<Option<Vec<String>>> {
    fn from(values: Vec<&str>) -> Self {
        Self::StaticValue(Some(owned(values)))
    }
}

impl<const N: usize> From<[&str; N]> for Input<Vec<String>> {
    fn from(values: [&str; N]) -> Self {
        Self::StaticValue(owned(values))
    }
}

impl<const N: usize> From<[&str; N]> for Input<Option<Vec<String>>> {
    fn from(values: [&str; N]) -> Self {
        Self::StaticValue(Some(owned(values)))
    }
}

impl<T, const N: usize> From<[T; N]> for Input<Vec<T>> {
    fn from(values: [T; N]) -> Self {
        Self::StaticValue(values.into())
    }
}

impl<T, const N: usize> From<[T; N]> for Input<Option<Vec<T>>> {
    fn from(values: [T; N]) -> Self {
        Self::StaticValue(Some(values.into()))
    }
}
