//! Identifiers as types, so that an app id never stands where a function name belongs.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a text is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Not `app_` and 12 characters of `0-9a-z`.
    #[error("an app id is `app_` followed by 12 characters of 0-9 and a-z")]
    App,
    /// Outside `^[A-Za-z0-9_-]{1,100}$`.
    #[error("a function name has 1 to 100 characters of A-Z, a-z, 0-9, `_` and `-`")]
    FunctionName,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $valid:expr, $error:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.into())) } else { Err($error) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id!(
    /// An app: `app_` and 12 characters of `0-9a-z` (Butterbase §2.3).
    AppId,
    |text| {
        text.strip_prefix("app_")
            .is_some_and(|rest| rest.len() == 12 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()))
    },
    InvalidId::App
);

text_id!(
    /// A function's name, unique in its app. Restricted to what needs no escaping in a URL (Butterbase §3.2).
    FunctionName,
    |text| {
        (1..=crate::limits::MAX_FUNCTION_NAME).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    },
    InvalidId::FunctionName
);

impl AppId {
    /// A new random id.
    ///
    /// # Errors
    /// When the operating system gives no entropy.
    pub fn random() -> Result<Self, getrandom::Error> {
        const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        let mut id = String::from("app_");
        let mut byte = [0_u8; 1];
        while id.len() < 16 {
            getrandom::fill(&mut byte)?;
            // 252 is the largest multiple of 36 in a byte: beyond it some letters would come up more often.
            if let (true, Some(&letter)) = (byte[0] < 252, ALPHABET.get(usize::from(byte[0] % 36))) {
                id.push(char::from(letter));
            }
        }
        Ok(Self(id.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_ids_have_one_form() {
        for _ in 0..100 {
            let id = AppId::random().unwrap();
            assert_eq!(id.as_str().parse(), Ok(id));
        }
        for bad in [
            "",
            "app_",
            "app_0123456789a",
            "app_0123456789abc",
            "app_0123456789aB",
            "App_0123456789ab",
            "app_0123456789a/",
        ] {
            assert_eq!(bad.parse::<AppId>(), Err(InvalidId::App), "{bad}");
        }
    }

    #[test]
    fn function_names_need_no_escaping() {
        let longest = "a".repeat(100);
        for good in ["a", "send-email", "Send_Email9", &longest] {
            assert_eq!(good.parse::<FunctionName>().unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a/b", "a%20", "ä", "a.b", &"a".repeat(101)] {
            assert_eq!(bad.parse::<FunctionName>(), Err(InvalidId::FunctionName), "{bad}");
        }
    }
}
