//! Deploys of the last day by their `Idempotency-Key`. The row is written by the deploy's own transaction, so that a key is
//! known exactly when its deploy was made.

use crate::StoreError;
use ramekin_model::limits::DEPLOY_KEY_HOURS;
use ramekin_model::{AppId, Receipt};
use sqlx::PgConnection;
use sqlx::types::Json;

/// By what a deploy is known when it is asked for again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployKey {
    /// As the client says.
    pub key: String,
    /// Of the body, in hex: the same for the same body, and for no other.
    pub fingerprint: String,
}

/// What was made under a key before.
#[derive(Debug, Clone, PartialEq)]
pub enum KnownDeploy {
    /// The same deploy.
    Same(Box<Receipt>),
    /// Another one.
    Other,
}

/// What was made under a key in the last day.
pub(crate) async fn find(
    connection: &mut PgConnection,
    app: &AppId,
    key: &DeployKey,
) -> Result<Option<KnownDeploy>, StoreError> {
    let find = "SELECT fingerprint, receipt FROM ramekin.deploy_keys
                WHERE app_id = $1 AND key = $2 AND created_at > now() - make_interval(hours => $3)";
    let find = sqlx::query_as(find).bind(app.as_str()).bind(&key.key).bind(hours());
    let row: Option<(String, Json<Receipt>)> = find.fetch_optional(connection).await?;
    Ok(row.map(
        |(fingerprint, Json(receipt))| {
            if fingerprint == key.fingerprint { KnownDeploy::Same(Box::new(receipt)) } else { KnownDeploy::Other }
        },
    ))
}

/// Makes a deploy known by its key, and forgets the app's keys that are older than a day.
pub(crate) async fn add(
    tx: &mut PgConnection,
    app: &AppId,
    key: &DeployKey,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    let forget = "DELETE FROM ramekin.deploy_keys
                  WHERE app_id = $1 AND created_at <= now() - make_interval(hours => $2)";
    sqlx::query(forget).bind(app.as_str()).bind(hours()).execute(&mut *tx).await?;
    let add = "INSERT INTO ramekin.deploy_keys (app_id, key, fingerprint, receipt) VALUES ($1, $2, $3, $4)";
    let add = sqlx::query(add).bind(app.as_str()).bind(&key.key).bind(&key.fingerprint).bind(Json(receipt));
    add.execute(tx).await?;
    Ok(())
}

fn hours() -> i32 {
    i32::try_from(DEPLOY_KEY_HOURS).unwrap_or(i32::MAX)
}
