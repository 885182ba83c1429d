//! Users of apps.

use super::Part;
use super::operation::{
    Access, Errors, Operation, TIME, USER, count, flag, list, maybe_text, maybe_time, object, reference, text, time,
    uuid, whole,
};
use ramekin_model::limits;
use serde_json::{Value, json};

/// These routes.
pub fn part() -> Part {
    let operations = operations().into_iter().map(|operation| operation.errors(Errors::Plain).refusals(&[404]));
    Part {
        tag: "Users of apps",
        about: "Users of an app sign up, in and out. Errors have a form of their own: `{\"error\": text, \"details\"?}`. The \
                access token is what functions with `auth` ask for.",
        operations: operations.collect(),
        schemas: schemas(),
    }
}

fn operations() -> Vec<Operation> {
    let user = json!({ "id": USER, "email": "ann@example.org", "email_verified": false, "display_name": "Ann" });
    let signed_in = json!({
        "id": USER, "email": "ann@example.org", "email_verified": false, "display_name": "Ann", "avatar_url": null,
    });
    let me = json!({
        "id": USER,
        "email": "ann@example.org",
        "email_verified": false,
        "display_name": "Ann",
        "avatar_url": null,
        "provider": "email",
        "created_at": TIME,
        "last_sign_in_at": TIME,
    });
    let tokens = json!({
        "access_token": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI4YzZkIn0.c2lnbmF0dXJl",
        "refresh_token": "9f2c4e",
        "expires_in": limits::ACCESS_TOKEN_SECONDS,
        "token_type": "Bearer",
    });
    let mut session = tokens.clone();
    if let Some(fields) = session.as_object_mut() {
        fields.insert("user".into(), signed_in);
    }
    let key = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": "sXch…", "e": "AQAB" });
    let said = |text: &str| whole(json!({ "message": super::operation::text(text) }));
    vec![
        Operation::new("signUp", "post", "/auth/{app}/signup", "A user signs up")
            .about(format!("At most {} from one address in a quarter of an hour.", limits::SIGNUPS))
            .access(Access::Public)
            .body(
                reference("SignUp"),
                json!({ "email": "ann@example.org", "password": "Correct-horse-1", "display_name": "Ann" }),
            )
            .answer(
                201,
                "The user is there.",
                reference("SignedUp"),
                json!({ "user": user, "message": "User created" }),
            )
            .refusals(&[409, 429]),
        Operation::new("logIn", "post", "/auth/{app}/login", "A user signs in")
            .about(format!(
                "At most {} from one address in a quarter of an hour, and at most {} as one user.",
                limits::LOGINS,
                limits::ACCOUNT_LOGINS
            ))
            .access(Access::Public)
            .body(reference("LogIn"), json!({ "email": "ann@example.org", "password": "Correct-horse-1" }))
            .answer(200, "Tokens.", reference("Session"), session)
            .refusals(&[401, 429]),
        Operation::new("refresh", "post", "/auth/{app}/refresh", "New tokens for a refresh token")
            .about(format!(
                "Each refresh token is good once. One that is used again, later than within {} seconds, ends the log-in that it comes \
                 from. At most {} from one address in a quarter of an hour.",
                limits::REFRESH_GRACE_SECONDS,
                limits::REFRESHES
            ))
            .access(Access::Public)
            .body(reference("Refresh"), json!({ "refresh_token": "9f2c4e" }))
            .answer(200, "Tokens.", reference("Tokens"), tokens)
            .refusals(&[401, 429]),
        Operation::new("logOut", "post", "/auth/{app}/logout", "The user's refresh tokens become useless")
            .access(Access::User)
            .answer(200, "They are.", said("For people"), json!({ "message": "Logged out" })),
        Operation::new("me", "get", "/auth/{app}/me", "The user of the access token").access(Access::User).answer(
            200,
            "The user.",
            reference("AppUser"),
            me,
        ),
        Operation::new(
            "jwks",
            "get",
            "/auth/{app}/.well-known/jwks.json",
            "The key by which others verify an app's tokens",
        )
        .about("There is none before the app's first user has signed in.")
        .access(Access::Public)
        .answer(200, "A JSON Web Key Set.", reference("Jwks"), json!({ "keys": [key] })),
    ]
}

fn schemas() -> Vec<(&'static str, Value)> {
    let short = json!({
        "id": uuid(),
        "email": text("Address, in lower case"),
        "email_verified": flag("Whether it was proven to be theirs"),
        "display_name": maybe_text("How they want to be called"),
    });
    let with = |object: &Value, more: Value| {
        let mut all = object.clone();
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        all
    };
    let signed_in = with(&short, json!({ "avatar_url": maybe_text("Their picture") }));
    let me = with(
        &signed_in,
        json!({
            "provider": text("How they signed up"),
            "created_at": time("When they signed up"),
            "last_sign_in_at": maybe_time("When they last signed in"),
        }),
    );
    let tokens = json!({
        "access_token": text("JWT"),
        "refresh_token": text("Good once"),
        "expires_in": count("For how long the access token is valid, in seconds"),
        "token_type": text("`Bearer`"),
    });
    let email = json!({ "type": "string", "format": "email", "maxLength": limits::MAX_EMAIL });
    let password = |min: usize, about: &str| json!({ "type": "string", "minLength": min, "maxLength": limits::MAX_PASSWORD, "description": about });
    let strong = "With a capital letter, a small one, a digit, and a character that is none of them";
    let key = whole(json!({
        "kty": text("`RSA`"), "use": text("`sig`"), "alg": text("`RS256`"), "kid": text("Id"), "n": text("Modulus"), "e": text("Exponent"),
    }));
    vec![
        (
            "SignUp",
            object(
                &["email", "password"],
                json!({
                    "email": email,
                    "password": password(limits::MIN_PASSWORD, strong),
                    "display_name": {
                        "type": ["string", "null"], "minLength": 1, "maxLength": limits::MAX_DISPLAY_NAME,
                        "description": "How they want to be called",
                    },
                }),
            ),
        ),
        ("SignedUp", whole(json!({ "user": whole(short), "message": text("For people") }))),
        ("LogIn", object(&["email", "password"], json!({ "email": email, "password": password(1, "The password") }))),
        ("Session", whole(with(&tokens, json!({ "user": whole(signed_in) })))),
        ("Tokens", whole(tokens)),
        (
            "Refresh",
            object(
                &["refresh_token"],
                json!({ "refresh_token": { "type": "string", "minLength": 1, "maxLength": limits::MAX_TOKEN } }),
            ),
        ),
        ("AppUser", whole(me)),
        ("Jwks", whole(json!({ "keys": list(key, "One, or none") }))),
    ]
}
