//! An item in a stream record, read without copying its strings.
//!
//! Most attributes are strings, and those go from the JSON text straight into the application's type. All else is left
//! to `serde_dynamo`, so that a type means here what it means wherever it is stored or read with `serde_dynamo`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::value::MapDeserializer;
use serde::de::{Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_dynamo::{AttributeValue, Error, Item};

/// The attributes of an item by name, or those of its key.
#[derive(Clone, Default)]
pub(crate) struct Image<'a>(Vec<(Cow<'a, str>, Attribute<'a>)>);

/// One attribute as DynamoDB writes it
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>).
#[derive(Clone)]
enum Attribute<'a> {
    /// `{"S": "…"}`
    Text(Cow<'a, str>),
    Other(AttributeValue),
}

impl<'a> Image<'a> {
    /// The string of the only attribute, if it is a string.
    pub(crate) fn only_text(&self) -> Option<&Cow<'a, str>> {
        match self.0.as_slice() {
            [(_, Attribute::Text(text))] => Some(text),
            _ => None,
        }
    }

    pub(crate) fn into_item(self) -> Item {
        let attributes = self.0.into_iter();
        let attributes: HashMap<String, AttributeValue> = attributes
            .map(|(name, attribute)| (name.into_owned(), attribute.into_value()))
            .collect();
        attributes.into()
    }
}

impl Attribute<'_> {
    fn into_value(self) -> AttributeValue {
        match self {
            Self::Text(text) => AttributeValue::S(text.into_owned()),
            Self::Other(value) => value,
        }
    }

    fn whole(self) -> serde_dynamo::Deserializer {
        serde_dynamo::Deserializer::from_attribute_value(self.into_value())
    }
}

/// A string that is borrowed from the JSON text unless it has an escape.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Image<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Attributes;

        impl<'de> Visitor<'de> for Attributes {
            type Value = Vec<(Cow<'de, str>, Attribute<'de>)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("attributes by name")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut attributes = Vec::with_capacity(8);
                while let Some((Text(name), attribute)) = map.next_entry()? {
                    attributes.push((name, attribute));
                }
                Ok(attributes)
            }
        }

        json.deserialize_map(Attributes).map(Self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Attribute<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct Tagged;

        impl<'de> Visitor<'de> for Tagged {
            type Value = Attribute<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an attribute value such as {\"S\": \"text\"}")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let Some(Text(tag)) = map.next_key()? else {
                    return Err(M::Error::custom("an attribute value without its type"));
                };
                Ok(Attribute::Other(match tag.as_ref() {
                    "S" => {
                        let Text(text) = map.next_value()?;
                        return Ok(Attribute::Text(text));
                    }
                    "N" => AttributeValue::N(map.next_value()?),
                    "BOOL" => AttributeValue::Bool(map.next_value()?),
                    "M" => AttributeValue::M(map.next_value()?),
                    "L" => AttributeValue::L(map.next_value()?),
                    other => {
                        let value: serde_json::Value = map.next_value()?;
                        let one = MapDeserializer::new(std::iter::once((other, value)));
                        AttributeValue::deserialize(one).map_err(M::Error::custom)?
                    }
                }))
            }
        }

        json.deserialize_map(Tagged)
    }
}

/// As the application's type.
impl<'de> Deserializer<'de> for Image<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new(self.0.into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let item = AttributeValue::M(self.into_item().into());
        serde_dynamo::Deserializer::from_attribute_value(item)
            .deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Attribute<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// What a string may be, with a way for it that copies it once.
macro_rules! text_or_whole {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self {
                Self::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
                Self::Text(Cow::Owned(text)) => visitor.visit_string(text),
                Self::Other(_) => self.whole().$method(visitor),
            }
        }
    )*};
}

macro_rules! whole {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
            self.whole().$method($($argument,)* visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Attribute<'de> {
    type Error = Error;

    text_or_whole! { deserialize_any deserialize_str deserialize_string deserialize_identifier }

    whole! {
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(_) => visitor.visit_some(self),
            Self::Other(_) => self.whole().deserialize_option(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

#[cfg(test)]
mod tests;
