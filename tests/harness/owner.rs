//! What the owner of an app does through the management routes.

use crate::client::{Answer, Client, Sent};
use anyhow::{Context, Result};
use serde_json::{Value, json};

/// An app.
#[derive(Debug, Clone)]
pub struct App {
    /// The server it is on.
    pub client: Client,
    /// Its id.
    pub id: String,
}

impl App {
    /// Makes an app, or finds it.
    ///
    /// # Errors
    /// When the server does not answer as it should.
    pub async fn create(client: Client, name: &str) -> Result<Self> {
        let answer = client.send(&Sent::post("/init", &json!({ "name": name })).as_owner()).await?;
        anyhow::ensure!(matches!(answer.status, 200 | 201), "POST /init: {} {}", answer.status, answer.text());
        let id =
            answer.json()?.get("app_id").and_then(Value::as_str).context("POST /init without an app_id")?.to_owned();
        Ok(Self { client, id })
    }

    /// The path of a function's public address.
    pub fn path(&self, function: &str) -> String {
        format!("/v1/{}/fn/{function}", self.id)
    }

    /// Deploys a form.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn try_deploy(&self, form: &Value) -> Result<Answer> {
        self.client.send(&Sent::post(format!("/v1/{}/functions", self.id), form).as_owner()).await
    }

    /// Deploys source that everybody may call, with these other fields.
    ///
    /// # Errors
    /// When the deploy fails.
    pub async fn deploy(&self, name: &str, code: &str, fields: &Value) -> Result<()> {
        let mut form =
            json!({ "name": name, "code": code, "triggers": [{ "type": "http", "config": { "auth": "none" } }] });
        if let (Some(form), Some(fields)) = (form.as_object_mut(), fields.as_object()) {
            form.extend(fields.clone());
        }
        let answer = self.try_deploy(&form).await?;
        answer.expect(200).with_context(|| format!("deploying `{name}`"))?;
        Ok(())
    }

    /// Calls a function with GET.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, function: &str) -> Result<Answer> {
        self.client.send(&Sent::get(self.path(function))).await
    }

    /// A page of a function's log.
    ///
    /// # Errors
    /// When there is none.
    pub async fn logs(&self, function: &str, query: &str) -> Result<Value> {
        let target = format!("/v1/{}/functions/{function}/logs{query}", self.id);
        self.client.send(&Sent::get(target).as_owner()).await?.expect(200)?.json()
    }

    /// Changes variables: of a function, or of the app when none is named.
    ///
    /// # Errors
    /// When the change fails.
    pub async fn set_env(&self, function: Option<&str>, variables: &Value) -> Result<()> {
        let target = match function {
            Some(function) => format!("/v1/{}/functions/{function}/env", self.id),
            None => format!("/v1/{}/env", self.id),
        };
        let mut change = Sent::post(target, &json!({ "envVars": variables })).as_owner();
        change.method = "PATCH".into();
        self.client.send(&change).await?.expect(200)?;
        Ok(())
    }

    /// Signs a user of the app up.
    ///
    /// # Errors
    /// When that fails.
    pub async fn sign_up(&self, email: &str, password: &str) -> Result<()> {
        let form = json!({ "email": email, "password": password });
        self.client.send(&Sent::post(format!("/auth/{}/signup", self.id), &form)).await?.expect(201)?;
        Ok(())
    }

    /// Signs a user of the app in. Returns the answer, which has the tokens.
    ///
    /// # Errors
    /// When that fails.
    pub async fn log_in(&self, email: &str, password: &str) -> Result<Value> {
        let form = json!({ "email": email, "password": password });
        self.client.send(&Sent::post(format!("/auth/{}/login", self.id), &form)).await?.expect(200)?.json()
    }

    /// Calls a function with GET and a bearer token.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get_with(&self, function: &str, token: &str) -> Result<Answer> {
        let get = Sent::get(self.path(function)).header("authorization", format!("Bearer {token}"));
        self.client.send(&get).await
    }
}
