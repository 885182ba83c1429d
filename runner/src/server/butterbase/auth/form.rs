//! What users of apps send, field by field. No text here quotes what was sent.

use crate::ops::app_users::{LogIn, SignUp};
use ramekin_model::{Secret, limits};
use serde_json::Value;

type Issues = Vec<(&'static str, String)>;

/// Reads a sign-up.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn sign_up(body: &Value) -> Result<SignUp, Issues> {
    let mut issues = Issues::new();
    let email = taken(email(body, "email"), "email", &mut issues);
    let password = taken(new_password(body), "password", &mut issues);
    let display_name = taken(display_name(body), "display_name", &mut issues);
    match (email, password, display_name) {
        (Some(email), Some(password), Some(display_name)) => Ok(SignUp { email, password, display_name }),
        _ => Err(issues),
    }
}

/// Reads a log-in. What a new password would have to be is not asked of an old one.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn log_in(body: &Value) -> Result<LogIn, Issues> {
    let mut issues = Issues::new();
    let email = taken(email(body, "email"), "email", &mut issues);
    let password = taken(text(body, "password", limits::MAX_PASSWORD), "password", &mut issues);
    match (email, password) {
        (Some(email), Some(password)) => Ok(LogIn { email, password: Secret::new(password) }),
        _ => Err(issues),
    }
}

/// Reads a refresh.
///
/// # Errors
/// What is wrong.
pub fn refresh(body: &Value) -> Result<Secret<String>, Issues> {
    let token = text(body, "refresh_token", limits::MAX_TOKEN);
    token.map(Secret::new).map_err(|why| vec![("refresh_token", why)])
}

fn taken<T>(field: Result<T, String>, name: &'static str, issues: &mut Issues) -> Option<T> {
    field.map_err(|why| issues.push((name, why))).ok()
}

fn text(body: &Value, field: &str, max: usize) -> Result<String, String> {
    match body.get(field) {
        None | Some(Value::Null) => Err("is required".into()),
        Some(Value::String(text)) if text.is_empty() => Err("must not be empty".into()),
        Some(Value::String(text)) if text.chars().count() > max => Err(format!("must be at most {max} characters")),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err("must be a string".into()),
    }
}

/// An address in lower case: two that differ only in capitals are one in practice.
fn email(body: &Value, field: &str) -> Result<String, String> {
    let email = text(body, field, limits::MAX_EMAIL)?.trim().to_lowercase();
    let wrong = || "must be an e-mail address".to_owned();
    let (user, host) = email.rsplit_once('@').ok_or_else(wrong)?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '<' | '>' | ',' | ';');
    let dotted = host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty());
    if user.is_empty() || !dotted || user.contains(odd) || host.contains(odd) || email.len() > limits::MAX_EMAIL {
        return Err(wrong());
    }
    Ok(email)
}

fn new_password(body: &Value) -> Result<Secret<String>, String> {
    let password = text(body, "password", limits::MAX_PASSWORD)?;
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    if password.chars().count() < limits::MIN_PASSWORD {
        return Err(format!("must be at least {} characters", limits::MIN_PASSWORD));
    }
    if !(has(char::is_uppercase) && has(char::is_lowercase) && has(char::is_numeric) && has(|c| !c.is_alphanumeric())) {
        return Err("must hold a capital letter, a small one, a digit, and a character that is none of them".into());
    }
    Ok(Secret::new(password))
}

fn display_name(body: &Value) -> Result<Option<String>, String> {
    match body.get("display_name") {
        None | Some(Value::Null) => Ok(None),
        Some(_) => {
            let name = text(body, "display_name", limits::MAX_DISPLAY_NAME)?;
            if name.contains('\0') { Err("must not hold a NUL character".into()) } else { Ok(Some(name)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(body: &Value) -> Vec<&'static str> {
        sign_up(body).map(|_| ()).unwrap_err().into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn addresses() {
        let read = |email: &str| super::email(&json!({ "email": email }), "email");
        assert_eq!(read(" Some.One+x@Example.ORG ").unwrap(), "some.one+x@example.org");
        assert!(read("ü@bücher.example").is_ok());
        for bad in [
            "", " ", "a", "a@", "@b.c", "a@b", "a@.c", "a@b.", "a@b..c", "a b@c.d", "a@b@c.d", "a\n@b.c", "<a@b.c>",
            "a,b@c.d",
        ] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        let sized = |size: usize| format!("{}@b.c", "a".repeat(size - 4));
        assert!(read(&sized(limits::MAX_EMAIL)).is_ok());
        assert!(read(&sized(limits::MAX_EMAIL + 1)).is_err());
    }

    #[test]
    fn passwords_on_and_past_their_limits() {
        let read = |password: &str| new_password(&json!({ "password": password }));
        for good in ["Abcdef1!", "Äbcdéf1 ", &format!("Aa1!{}", "x".repeat(limits::MAX_PASSWORD - 4))] {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in ["Abcde1!", "abcdef1!", "ABCDEF1!", "Abcdefg!", "Abcdefg1"] {
            let why = read(bad).unwrap_err();
            assert!(!why.contains(bad), "{why}");
        }
        assert!(read(&format!("Aa1!{}", "x".repeat(limits::MAX_PASSWORD - 3))).is_err());
        assert!(log_in(&json!({ "email": "a@b.c", "password": "x" })).is_ok(), "an old one may be shorter");
        assert!(log_in(&json!({ "email": "a@b.c", "password": "x".repeat(limits::MAX_PASSWORD + 1) })).is_err());
    }

    #[test]
    fn every_issue_is_named() {
        assert_eq!(fields(&json!({})), ["email", "password"]);
        assert_eq!(fields(&json!([])), ["email", "password"]);
        let all = json!({ "email": 1, "password": {}, "display_name": 1 });
        assert_eq!(fields(&all), ["email", "password", "display_name"]);
        let named = |name: Value| sign_up(&json!({ "email": "a@b.c", "password": "Abcdef1!", "display_name": name }));
        assert_eq!(named(Value::Null).unwrap().display_name, None);
        assert_eq!(named(json!("x".repeat(limits::MAX_DISPLAY_NAME))).unwrap().display_name.unwrap().len(), 200);
        for bad in [json!("x".repeat(limits::MAX_DISPLAY_NAME + 1)), json!("\0"), json!(1)] {
            assert!(named(bad).is_err());
        }
    }

    #[test]
    fn refresh_tokens_on_and_past_their_limit() {
        let read = |token: Value| refresh(&json!({ "refresh_token": token }));
        assert!(read(json!("x".repeat(limits::MAX_TOKEN))).is_ok());
        for bad in [json!("x".repeat(limits::MAX_TOKEN + 1)), json!(1), json!(""), Value::Null] {
            assert!(read(bad).is_err());
        }
    }
}
