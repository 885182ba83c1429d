//! Everything that is stored encrypted, wherever it is, so that all of it can be encrypted anew under another key.

use crate::StoreError;
use crate::changes::notify_all;
use sqlx::Connection as _;
use sqlx::PgPool;
use sqlx::postgres::PgConnection;

#[cfg(test)]
mod tests;

/// Held shared by the connection on which a server listens for changes, and alone by whoever needs that no server runs.
pub(crate) const SERVERS_LOCK: i64 = 0x7261_6d65_6b69_6e01;

/// See [`crate::Store::sealed`].
#[derive(Debug)]
pub struct Sealed<'a> {
    pub(crate) pool: &'a PgPool,
}

/// A kind of encrypted value. A column that holds one belongs into [`PLACES`], or it is lost with its key.
#[derive(Debug)]
struct Place {
    what: &'static str,
    /// Row and value of each.
    select: &'static str,
    /// Puts $3 into row $1 if $2 is there.
    update: &'static str,
}

const PLACES: &[Place] = &[
    Place {
        what: "variables of functions",
        select: "SELECT id::text, encrypted_env FROM ramekin.functions WHERE encrypted_env IS NOT NULL ORDER BY id",
        update: "UPDATE ramekin.functions SET encrypted_env = $3 WHERE id = $1::uuid AND encrypted_env = $2",
    },
    Place {
        what: "variables of apps",
        select: "SELECT app_id, encrypted_env_vars FROM ramekin.app_env_vars ORDER BY app_id",
        update: "UPDATE ramekin.app_env_vars SET encrypted_env_vars = $3 WHERE app_id = $1 AND encrypted_env_vars = $2",
    },
    Place {
        what: "signing keys",
        select: "SELECT app_id, private_key_encrypted FROM ramekin.app_signing_keys ORDER BY app_id",
        update: "UPDATE ramekin.app_signing_keys SET private_key_encrypted = $3
                 WHERE app_id = $1 AND private_key_encrypted = $2",
    },
    Place {
        what: "function keys",
        select: "SELECT id, encrypted_function_key FROM ramekin.apps WHERE encrypted_function_key IS NOT NULL ORDER BY id",
        update: "UPDATE ramekin.apps SET encrypted_function_key = $3 WHERE id = $1 AND encrypted_function_key = $2",
    },
    Place {
        what: "secrets of webhooks",
        select: "SELECT function_id::text, config->>'secret' FROM ramekin.function_triggers
                 WHERE trigger_type = 'webhook' AND config->>'secret' <> '' ORDER BY function_id",
        update: "UPDATE ramekin.function_triggers SET config = jsonb_set(config, '{secret}', to_jsonb($3::text))
                 WHERE function_id = $1::uuid AND trigger_type = 'webhook' AND config->>'secret' = $2",
    },
];

/// An encrypted value and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    place: usize,
    row: String,
    /// The value as it is stored.
    pub value: String,
}

impl SealedValue {
    /// What it is, for people.
    pub fn what(&self) -> &'static str {
        PLACES.get(self.place).map_or("", |place| place.what)
    }

    /// The row that it is in.
    pub fn row(&self) -> &str {
        &self.row
    }
}

impl Sealed<'_> {
    /// Everything that is stored encrypted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(&self) -> Result<Vec<SealedValue>, StoreError> {
        let mut all = Vec::new();
        for (at, place) in PLACES.iter().enumerate() {
            let rows: Vec<(String, String)> = sqlx::query_as(place.select).fetch_all(self.pool).await?;
            all.extend(rows.into_iter().map(|(row, value)| SealedValue { place: at, row, value }));
        }
        Ok(all)
    }

    /// Puts another text in its place, if it is still there: what was changed meanwhile is left alone, and false is
    /// returned.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace(&self, before: &SealedValue, after: &str) -> Result<bool, StoreError> {
        let Some(place) = PLACES.get(before.place) else { return Ok(false) };
        let update = sqlx::query(place.update).bind(&before.row).bind(&before.value).bind(after);
        Ok(update.execute(self.pool).await?.rows_affected() > 0)
    }

    /// Tells every server to read everything again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn announce(&self) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        notify_all(&mut connection).await
    }

    /// The right to be alone on this database: no server runs, and none starts while it is held. `None` when one runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn alone(&self) -> Result<Option<Alone>, StoreError> {
        let mut connection = self.pool.acquire().await?.detach();
        let taken: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(SERVERS_LOCK).fetch_one(&mut connection).await?;
        Ok(taken.then_some(Alone(connection)))
    }
}

/// See [`Sealed::alone`]. It ends with its connection.
#[derive(Debug)]
pub struct Alone(PgConnection);

impl Alone {
    /// Gives the right back.
    pub async fn end(self) {
        // A connection that cannot be closed is lost, and the right with it.
        let _ = self.0.close().await;
    }
}
