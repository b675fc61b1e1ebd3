//! A place in an answer: its value and the path that leads there, for messages.

use std::fmt;

use serde_json::{Map, Value};

use crate::entities::TextList;

/// An answer that cannot be read, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// Not JSON.
    #[error("line {line}, column {column}: not JSON: {reason}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser said.
        reason: String,
    },
    /// JSON, but not what the API gives.
    #[error("{path}: expected {expected}, found {found}")]
    Unexpected {
        /// As in `pretargetingConfigs[3].maximumQps`.
        path: String,
        /// What the API gives there.
        expected: &'static str,
        /// What is there, shortened.
        found: String,
    },
    /// The API always gives it.
    #[error("{path} is missing")]
    Missing {
        /// As in `endpoints[0].url`.
        path: String,
    },
}

/// A JSON object and how to get to it.
pub(super) struct Node<'a> {
    fields: &'a Map<String, Value>,
    path: Path<'a>,
}

/// The way to a value; only written out when something is wrong there.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    /// The whole answer.
    Answer,
    Item(&'a str, usize),
    Field(&'a Path<'a>, &'a str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => f.write_str("the answer"),
            Self::Field(Self::Answer, name) => f.write_str(name),
            Self::Item(list, index) => write!(f, "{list}[{index}]"),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
        }
    }
}

impl<'a> Node<'a> {
    pub(super) fn new(value: &'a Value, path: Path<'a>) -> Result<Self, AnswerError> {
        let fields = value.as_object().ok_or_else(|| unexpected(&path, "an object", value))?;
        Ok(Self { fields, path })
    }

    /// The object itself.
    pub(super) fn fields(&self) -> &'a Map<String, Value> {
        self.fields
    }

    /// The whole object as JSON with sorted keys.
    pub(super) fn raw_data(&self) -> String {
        Value::from(self.fields.clone()).to_string()
    }

    /// Absent, null and empty text are the same in answers.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, AnswerError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            // Ids are strings in answers and may be numbers in samples.
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(self.unexpected(name, "text", other)),
        }
    }

    pub(super) fn required_text(&self, name: &str) -> Result<String, AnswerError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A count or limit: never negative.
    pub(super) fn count(&self, name: &str) -> Result<Option<i64>, AnswerError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) if number >= 0 => Ok(Some(number)),
            _ => Err(self.unexpected(name, "a whole number from 0", value)),
        }
    }

    /// A moment, as it came.
    pub(super) fn time(&self, name: &str) -> Result<Option<String>, AnswerError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match chrono::DateTime::parse_from_rfc3339(&text) {
            Ok(_) => Ok(Some(text)),
            Err(_) => Err(self.unexpected(name, "a time such as 2026-11-20T09:30:00Z", &Value::from(text))),
        }
    }

    /// A list of texts or ids; absent where it is not there or empty.
    pub(super) fn texts(&self, name: &str) -> Result<Option<TextList>, AnswerError> {
        let items = self.array(name)?.iter().map(|item| match item {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            other => Err(self.unexpected(name, "a list of texts", other)),
        });
        let items: TextList = items.collect::<Result<_, _>>()?;
        Ok(Some(items).filter(|items| !items.0.is_empty()))
    }

    /// The object of that name, read by `read`; `None` where there is none.
    pub(super) fn object<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Node<'_>) -> Result<T, AnswerError>,
    ) -> Result<Option<T>, AnswerError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        read(&Node::new(value, Path::Field(&self.path, name))?).map(Some)
    }

    /// The objects of the list of that name, each read by `read`.
    pub(super) fn objects<T>(
        &self,
        name: &str,
        read: impl Fn(&Node<'_>) -> Result<T, AnswerError>,
    ) -> Result<Vec<T>, AnswerError> {
        let list = Path::Field(&self.path, name).to_string();
        let items = self.array(name)?.iter().enumerate();
        items.map(|(index, item)| read(&Node::new(item, Path::Item(&list, index))?)).collect()
    }

    /// The part of `name` that follows `collection/`: `bidders/7/endpoints/9` has bidders 7 and endpoints 9.
    pub(super) fn id_in_name(&self, collection: &str) -> Result<Option<String>, AnswerError> {
        let name = self.required_text("name")?;
        let mut parts = name.split('/');
        Ok(parts.find(|part| *part == collection).and_then(|_| parts.next()).map(str::to_owned))
    }

    /// The same where the name must have it.
    pub(super) fn required_id_in_name(&self, collection: &'static str) -> Result<String, AnswerError> {
        let id = self.id_in_name(collection)?.filter(|id| !id.is_empty());
        let expected = match collection {
            "endpoints" => "bidders/…/endpoints/<id>",
            "pretargetingConfigs" => "bidders/…/pretargetingConfigs/<id>",
            "creatives" => "buyers/…/creatives/<id>",
            "bidders" => "bidders/<id>",
            _ => "buyers/<id>",
        };
        id.ok_or_else(|| self.unexpected("name", expected, self.fields.get("name").unwrap_or(&Value::Null)))
    }

    pub(super) fn unexpected(&self, name: &str, expected: &'static str, found: &Value) -> AnswerError {
        unexpected(&Path::Field(&self.path, name), expected, found)
    }

    fn array(&self, name: &str) -> Result<&'a [Value], AnswerError> {
        match self.value(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(other) => Err(self.unexpected(name, "a list", other)),
        }
    }

    fn missing(&self, name: &str) -> AnswerError {
        AnswerError::Missing { path: Path::Field(&self.path, name).to_string() }
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }
}

fn unexpected(path: &Path<'_>, expected: &'static str, found: &Value) -> AnswerError {
    const SHOWN: usize = 60;
    let mut found = found.to_string();
    if let Some((end, _)) = found.char_indices().nth(SHOWN) {
        found.truncate(end);
        found.push('…');
    }
    AnswerError::Unexpected { path: path.to_string(), expected, found }
}
