//! The words in which routes are described, and what they make of an OpenAPI document.

#![expect(clippy::needless_pass_by_value, reason = "schemas and examples are written where they are handed over")]

use ramekin_model::limits;
use serde_json::{Map, Value, json};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Who has an API key.
    Key,
    /// A signed-in user of the app.
    User,
    /// Anybody; a key or a user's token makes a difference.
    Optional,
    /// Another service of the operator's.
    Internal,
}

/// The form of a route's errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errors {
    /// `{"error": {code, message, remediation}}`.
    Envelope,
    /// `{"error": text, "details"?}`.
    Plain,
}

/// A route: method and path, and what is to be known of it.
pub struct Operation {
    /// Names it in clients that are generated.
    pub id: &'static str,
    /// In lower case.
    pub method: &'static str,
    /// With parameters in braces.
    pub path: &'static str,
    /// In one line.
    pub summary: &'static str,
    about: String,
    access: Access,
    errors: Errors,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: Vec<(String, Value)>,
    links: Vec<(String, &'static str, Value)>,
}

impl Operation {
    /// A route that takes an API key.
    pub fn new(id: &'static str, method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            method,
            path,
            summary,
            about: String::new(),
            access: Access::Key,
            errors: Errors::Envelope,
            parameters: path.split('/').filter_map(|part| path_parameter(path, part)).collect(),
            body: None,
            answers: Vec::new(),
            links: Vec::new(),
        }
    }

    /// Who may use it, if it is not who has a key.
    pub fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// The form of its errors, if it is not the envelope.
    pub fn errors(self, errors: Errors) -> Self {
        Self { errors, ..self }
    }

    /// More than its summary says.
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// A parameter of the query.
    pub fn query(mut self, name: &str, schema: Value, about: &str) -> Self {
        self.parameters.push(json!({ "name": name, "in": "query", "schema": schema, "description": about }));
        self
    }

    /// Answers in pages of lists.
    pub fn paged(self) -> Self {
        self.pages_of(limits::MAX_LIST_PAGE)
    }

    /// Answers in pages of at most so many.
    pub fn pages_of(self, most: u32) -> Self {
        let limit = json!({ "type": "integer", "minimum": 1 });
        self.query("limit", limit, &format!("How many; at most {most}, which is what there is unless said"))
            .query("cursor", json!({ "type": "string" }), "`next_cursor` of the page before")
            .refusals(&[400])
    }

    /// Takes every text for this part of its path.
    pub fn any(mut self, part: &str) -> Self {
        for parameter in self.parameters.iter_mut().filter_map(Value::as_object_mut) {
            if parameter.get("name").and_then(Value::as_str) == Some(part) {
                parameter.insert("schema".into(), json!({ "type": "string" }));
            }
        }
        self
    }

    /// A header field.
    pub fn header(self, name: &str, about: &str) -> Self {
        self.header_of(name, json!({ "type": "string" }), about)
    }

    /// A header field with such a value.
    pub fn header_of(mut self, name: &str, schema: Value, about: &str) -> Self {
        self.parameters.push(json!({ "name": name, "in": "header", "schema": schema, "description": about }));
        self
    }

    /// The JSON that it takes, with an example.
    pub fn body(self, schema: Value, example: Value) -> Self {
        let content = json!({ "application/json": { "schema": schema, "example": example } });
        Self { body: Some(json!({ "required": true, "content": content })), ..self }.refusals(&[400, 408, 413])
    }

    /// Content of any kind, which need not be there.
    pub fn any_body(self, kinds: &[&str]) -> Self {
        let content: Map<String, Value> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({}))).collect();
        Self { body: Some(json!({ "required": false, "content": content })), ..self }.refusals(&[400, 408, 413])
    }

    /// An answer in JSON, with an example.
    pub fn answer(mut self, status: u16, about: &str, schema: Value, example: Value) -> Self {
        let content = json!({ "application/json": { "schema": schema, "example": example } });
        self.answers.push((status.to_string(), json!({ "description": about, "content": content })));
        self
    }

    /// An answer in text of this type, with an example.
    pub fn answer_text(mut self, status: u16, about: &str, kind: &str, example: &str) -> Self {
        let content = json!({ kind: { "schema": { "type": "string" }, "example": example } });
        self.answers.push((status.to_string(), json!({ "description": about, "content": content })));
        self
    }

    /// An answer of server-sent events, with an example.
    pub fn answer_events(mut self, status: u16, about: &str, example: &str) -> Self {
        // What a schema would describe, the text or the single event, tools do not agree on.
        let content = json!({ "text/event-stream": { "example": example } });
        self.answers.push((status.to_string(), json!({ "description": about, "content": content })));
        self
    }

    /// An answer without content.
    pub fn empty(mut self, status: u16, about: &str) -> Self {
        self.answers.push((status.to_string(), json!({ "description": about })));
        self
    }

    /// Whatever else the function answers.
    pub fn whatever(mut self, about: &str) -> Self {
        self.answers.push(("default".into(), json!({ "description": about, "content": { "*/*": {} } })));
        self
    }

    /// Operations that can follow an answer of this status, with their parameters taken from it.
    pub fn then(mut self, status: u16, operations: &[&'static str], parameters: &Value) -> Self {
        self.links.extend(operations.iter().map(|next| (status.to_string(), *next, parameters.clone())));
        self
    }

    /// Statuses by which it refuses.
    pub fn refusals(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let status = status.to_string();
            if !self.answers.iter().any(|(known, _)| *known == status) {
                self.answers.push((status, Value::Null));
            }
        }
        self
    }

    /// As an OpenAPI operation.
    pub fn describe(mut self, tag: &str) -> Value {
        let (app, counted) = (self.path.contains("{app}"), self.path.starts_with("/v1/{app}"));
        // Content that is none is refused also where no content is needed.
        if self.access == Access::Key && self.method != "get" {
            self = self.refusals(&[400]);
        }
        self = match self.access {
            // Requests to management routes of an app are counted.
            Access::Key if counted => self.refusals(&[401, 404, 429]),
            Access::Key if app => self.refusals(&[401, 404]),
            Access::Key | Access::User | Access::Internal => self.refusals(&[401]),
            Access::Public | Access::Optional => self,
        };
        self = self.refusals(&[414, 431, 500, 503]);
        let form = match self.errors {
            Errors::Envelope => "",
            Errors::Plain => "Plain",
        };
        let refused = |(status, answer): (String, Value)| {
            // The limits of a head are the same everywhere, and so is their answer.
            let form = if matches!(status.as_str(), "414" | "431") { "" } else { form };
            let referred = json!({ "$ref": format!("#/components/responses/{form}{status}") });
            (status, if answer.is_null() { referred } else { answer })
        };
        let mut answers: Map<String, Value> = self.answers.into_iter().map(refused).collect();
        for (status, next, parameters) in self.links {
            if let Some(answer) = answers.get_mut(&status).and_then(Value::as_object_mut) {
                let links = answer.entry("links").or_insert_with(|| json!({}));
                if let Some(links) = links.as_object_mut() {
                    links.insert(next.into(), json!({ "operationId": next, "parameters": parameters }));
                }
            }
        }
        let security = match self.access {
            Access::Public => json!([]),
            Access::Key => json!([{ "apiKey": [] }]),
            Access::User => json!([{ "userToken": [] }]),
            Access::Internal => json!([{ "internalToken": [] }]),
            Access::Optional => json!([{}, { "apiKey": [] }, { "userToken": [] }]),
        };
        let mut described = json!({
            "operationId": self.id,
            "tags": [tag],
            "summary": self.summary,
            "security": security,
            "responses": answers,
        });
        if let Some(fields) = described.as_object_mut() {
            if !self.about.is_empty() {
                fields.insert("description".into(), self.about.into());
            }
            if !self.parameters.is_empty() {
                fields.insert("parameters".into(), self.parameters.into());
            }
            if let Some(body) = self.body {
                fields.insert("requestBody".into(), body);
            }
        }
        described
    }
}

fn path_parameter(path: &str, part: &str) -> Option<Value> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let (schema, about, example) = match name {
        "app" => (app_id(), "The app", json!(APP)),
        "id" => (uuid(), "The key", json!(KEY)),
        "table" => (table_name(), "The table", json!("notes")),
        _ if path.contains("/rls/") => (sql_name(), "The policy", json!("own_notes")),
        _ => (function_name(), "The function", json!("hello")),
    };
    let described = json!({
        "name": name, "in": "path", "required": true, "schema": schema, "description": about, "example": example,
    });
    Some(described)
}

/// The app of examples.
pub const APP: &str = "app_abc123def456";
/// The API key of examples, by its id.
pub const KEY: &str = "5f0c7e0a-0d0e-4c39-9b1d-7f6d5f2b6a11";
/// The function of examples, by its id.
pub const FUNCTION: &str = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
/// The user of examples.
pub const USER: &str = "8c6d1e55-7b0f-4f6e-9d38-2f2f3b8f5c10";
/// The time of examples.
pub const TIME: &str = "2030-01-31T12:00:00.000Z";

/// The schema of this name.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object with these members, of which some must be there.
pub fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

/// An object with these members, all of which are there.
pub fn whole(properties: Value) -> Value {
    let names: Vec<String> = properties.as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default();
    json!({ "type": "object", "required": names, "properties": properties })
}

/// A list.
pub fn list(items: Value, about: &str) -> Value {
    json!({ "type": "array", "items": items, "description": about })
}

/// A list of texts.
pub fn texts(about: &str) -> Value {
    list(json!({ "type": "string" }), about)
}

/// A text.
pub fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

/// A text, or null.
pub fn maybe_text(about: &str) -> Value {
    json!({ "type": ["string", "null"], "description": about })
}

/// Where the next page of a list begins.
pub fn next_cursor() -> Value {
    maybe_text("For `cursor`, to get the next page; null when this is the last")
}

/// One of these texts.
pub fn word(words: &[&str], about: &str) -> Value {
    json!({ "type": "string", "enum": words, "description": about })
}

/// True or false.
pub fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

/// A whole number.
pub fn count(about: &str) -> Value {
    json!({ "type": "integer", "description": about })
}

/// A time.
pub fn time(about: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": about })
}

/// A time, or null.
pub fn maybe_time(about: &str) -> Value {
    json!({ "type": ["string", "null"], "format": "date-time", "description": about })
}

/// A UUID.
pub fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

/// The id of an app.
pub fn app_id() -> Value {
    json!({ "type": "string", "pattern": "^app_[0-9a-z]{12}$" })
}

/// The name of a function.
pub fn function_name() -> Value {
    json!({ "type": "string", "pattern": format!("^[A-Za-z0-9_-]{{1,{}}}$", limits::MAX_FUNCTION_NAME) })
}

/// The name of a variable that is not the platform's.
pub fn variable_name() -> Value {
    json!({ "type": "string", "pattern": "^[^=\\u0000]+$", "not": { "pattern": "^[Bb][Uu][Tt][Tt][Ee][Rr][Bb][Aa][Ss][Ee]_" } })
}

/// The name of a table; those that begin with `_` are the platform's.
pub fn table_name() -> Value {
    json!({ "type": "string", "pattern": format!("^[a-z][a-z0-9_]{{0,{}}}$", limits::MAX_SQL_NAME - 1) })
}

/// The name of a column or policy.
pub fn sql_name() -> Value {
    json!({ "type": "string", "pattern": format!("^[a-z_][a-z0-9_]{{0,{}}}$", limits::MAX_SQL_NAME - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_examples_name_could_be_there() {
        assert!(APP.parse::<ramekin_model::AppId>().is_ok());
        assert!([KEY, FUNCTION, USER].iter().all(|id| ::uuid::Uuid::parse_str(id).is_ok()));
    }

    #[test]
    fn a_part_of_a_path_can_be_any_text() {
        let any = Operation::new("x", "delete", "/v1/{app}/functions/{name}", "").any("name").parameters;
        assert_eq!(any[1]["schema"], json!({ "type": "string" }));
        assert_eq!(any[0]["schema"], app_id());
    }

    #[test]
    fn parameters_of_paths() {
        let of = |path| Operation::new("x", "get", path, "").parameters;
        assert_eq!(of("/apps"), Vec::<Value>::new());
        let both = of("/v1/{app}/rls/{table}/{name}");
        let told: Vec<_> =
            both.iter().map(|p| (p["name"].as_str().unwrap(), p["description"].as_str().unwrap())).collect();
        assert_eq!(told, [("app", "The app"), ("table", "The table"), ("name", "The policy")]);
        assert_eq!(of("/v1/{app}/functions/{name}")[1]["description"], "The function");
    }
}
