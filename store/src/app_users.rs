//! Users of apps, and the refresh tokens that keep them signed in, known by their hash alone.

use crate::StoreError;
use chrono::{DateTime, Utc};
use ramekin_model::limits::{REFRESH_GRACE_SECONDS, REFRESH_TOKEN_DAYS};
use ramekin_model::{AppId, AppUser, Secret};
use sqlx::PgPool;
use uuid::Uuid;

#[cfg(test)]
mod tests;

/// See [`crate::Store::app_users`].
#[derive(Debug)]
pub struct AppUsers<'a> {
    pub(crate) pool: &'a PgPool,
}

/// Who signs up.
#[derive(Debug)]
pub struct NewAppUser<'a> {
    /// In lower case.
    pub email: &'a str,
    /// Argon2id, as a PHC string.
    pub password_hash: &'a str,
    /// How they want to be called.
    pub display_name: Option<&'a str>,
}

/// What [`UserRow`] reads of `ramekin.app_users u`.
macro_rules! columns {
    () => {
        "u.id, u.email, u.password_hash, u.provider, u.email_verified, u.display_name, u.avatar_url, u.created_at,
         u.last_sign_in_at"
    };
}

impl AppUsers<'_> {
    /// Signs a user up. `None` when the app has one with this address.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the app is not there, [`StoreError::NulCharacter`], otherwise when the database fails.
    pub async fn create(&self, app: &AppId, new: &NewAppUser<'_>) -> Result<Option<AppUser>, StoreError> {
        let create = concat!(
            "INSERT INTO ramekin.app_users AS u (app_id, email, password_hash, display_name) VALUES ($1, $2, $3, $4)
             ON CONFLICT (app_id, email) DO NOTHING RETURNING ",
            columns!()
        );
        let created: Result<Option<UserRow>, StoreError> = sqlx::query_as(create)
            .bind(app.as_str())
            .bind(new.email)
            .bind(new.password_hash)
            .bind(new.display_name)
            .fetch_optional(self.pool)
            .await
            .map_err(StoreError::from);
        match created {
            Err(error) if error.is_foreign_key() => Err(StoreError::Missing("app of the user")),
            other => Ok(other?.map(AppUser::from)),
        }
    }

    /// The user with this address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn by_email(&self, app: &AppId, email: &str) -> Result<Option<AppUser>, StoreError> {
        let find = concat!("SELECT ", columns!(), " FROM ramekin.app_users u WHERE u.app_id = $1 AND u.email = $2");
        let row: Option<UserRow> =
            sqlx::query_as(find).bind(app.as_str()).bind(email).fetch_optional(self.pool).await?;
        Ok(row.map(AppUser::from))
    }

    /// A user of this app.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get(&self, app: &AppId, id: Uuid) -> Result<Option<AppUser>, StoreError> {
        let get = concat!("SELECT ", columns!(), " FROM ramekin.app_users u WHERE u.app_id = $1 AND u.id = $2");
        let row: Option<UserRow> = sqlx::query_as(get).bind(app.as_str()).bind(id).fetch_optional(self.pool).await?;
        Ok(row.map(AppUser::from))
    }

    /// Notes a log-in: stores the hash of the refresh token that was given out. What has expired goes.
    ///
    /// # Errors
    /// When the database fails, also when the user is not there any more.
    pub async fn sign_in(&self, id: Uuid, token_hash_hex: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // Holds the user's row, on which changes to the tokens of a user take turns.
        let seen = "UPDATE ramekin.app_users SET last_sign_in_at = now() WHERE id = $1";
        sqlx::query(seen).bind(id).execute(&mut *tx).await?;
        let add = "WITH gone AS (DELETE FROM ramekin.app_refresh_tokens WHERE user_id = $1 AND expires_at < now())
                   INSERT INTO ramekin.app_refresh_tokens (user_id, token_hash, expires_at, family)
                   VALUES ($1, $2, now() + make_interval(days => $3), gen_random_uuid())";
        sqlx::query(add).bind(id).bind(token_hash_hex).bind(days()).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// Uses up a refresh token for another. Of concurrent uses exactly one succeeds. One that was used up before ends every
    /// token that came of the same log-in: whoever has it, or whoever has used it, has no right to it. Only when that was
    /// just now, it is a client that has asked twice.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rotate(&self, app: &AppId, used_hex: &str, next_hex: &str) -> Result<Rotation, StoreError> {
        let mut tx = self.pool.begin().await?;
        let lock = "SELECT u.id FROM ramekin.app_users u JOIN ramekin.app_refresh_tokens t ON t.user_id = u.id
                    WHERE u.app_id = $1 AND t.token_hash = $2 FOR NO KEY UPDATE OF u";
        let user: Option<Uuid> =
            sqlx::query_scalar(lock).bind(app.as_str()).bind(used_hex).fetch_optional(&mut *tx).await?;
        let Some(user) = user else { return Ok(Rotation::Unknown) };
        let rotate = "WITH gone AS (
                          DELETE FROM ramekin.app_refresh_tokens WHERE user_id = $1 AND expires_at < now()),
                      used AS (
                          UPDATE ramekin.app_refresh_tokens
                          SET revoked_at = now(), family = coalesce(family, gen_random_uuid())
                          WHERE token_hash = $2 AND revoked_at IS NULL AND expires_at > now() RETURNING family),
                      next AS (
                          INSERT INTO ramekin.app_refresh_tokens (user_id, token_hash, expires_at, family)
                          SELECT $1, $3, now() + make_interval(days => $4), family FROM used),
                      ended AS (
                          UPDATE ramekin.app_refresh_tokens SET revoked_at = now()
                          WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() AND family = (
                              SELECT family FROM ramekin.app_refresh_tokens
                              WHERE token_hash = $2 AND revoked_at < now() - make_interval(secs => $5))
                          RETURNING 1)
                      SELECT EXISTS (SELECT FROM used), EXISTS (SELECT FROM ended)";
        let (used, ended): (bool, bool) = sqlx::query_as(rotate)
            .bind(user)
            .bind(used_hex)
            .bind(next_hex)
            .bind(days())
            .bind(f64::from(REFRESH_GRACE_SECONDS))
            .fetch_one(&mut *tx)
            .await?;
        let find = concat!("SELECT ", columns!(), " FROM ramekin.app_users u WHERE u.id = $1");
        let row: Option<UserRow> =
            if used { sqlx::query_as(find).bind(user).fetch_optional(&mut *tx).await? } else { None };
        tx.commit().await?;
        Ok(match row {
            Some(row) => Rotation::Next(Box::new(row.into())),
            None if ended => Rotation::Reused(user),
            None => Rotation::Unknown,
        })
    }

    /// Makes every refresh token of a user useless, those too that are being given out at this moment for others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, id: Uuid) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let lock = "SELECT FROM ramekin.app_users WHERE id = $1 FOR NO KEY UPDATE";
        sqlx::query(lock).bind(id).execute(&mut *tx).await?;
        // A statement of its own: it sees what whoever held the row has stored.
        let sign_out =
            "UPDATE ramekin.app_refresh_tokens SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL";
        sqlx::query(sign_out).bind(id).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq)]
pub enum Rotation {
    /// It is used up, and the other one is good.
    Next(Box<AppUser>),
    /// It was used up before, and what came of its log-in is ended now: of this user.
    Reused(Uuid),
    /// It is none of this app, or not any more.
    Unknown,
}

fn days() -> i32 {
    i32::try_from(REFRESH_TOKEN_DAYS).unwrap_or(i32::MAX)
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    email: String,
    password_hash: String,
    provider: String,
    email_verified: bool,
    display_name: Option<String>,
    avatar_url: Option<String>,
    created_at: DateTime<Utc>,
    last_sign_in_at: Option<DateTime<Utc>>,
}

impl From<UserRow> for AppUser {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            password_hash: Secret::new(row.password_hash),
            provider: row.provider,
            email_verified: row.email_verified,
            display_name: row.display_name,
            avatar_url: row.avatar_url,
            created_at: row.created_at,
            last_sign_in_at: row.last_sign_in_at,
        }
    }
}
