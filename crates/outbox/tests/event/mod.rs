//! A kind of event that has one field, a text.

/// Declares it: `event!(Stored of "test.items", id like "item-1")`.
macro_rules! event {
    ($name:ident of $source:literal, $field:ident like $sample:literal) => {
        #[derive(
            Debug,
            Clone,
            PartialEq,
            ::serde::Serialize,
            ::serde::Deserialize,
            ::schemars::JsonSchema,
        )]
        struct $name {
            $field: String,
        }

        impl ::contract::Event for $name {
            const SOURCE: &'static str = $source;
            const DETAIL_TYPE: &'static str = stringify!($name);
            const VERSION: u32 = 1;

            fn sample() -> Self {
                Self {
                    $field: $sample.to_owned(),
                }
            }
        }
    };
}
