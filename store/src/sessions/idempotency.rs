//! Keys that can be claimed once (Butterbase §5.8), in the app's own database.

use super::Sessions;
use postgres_protocol::escape::escape_literal;
use ramekin_model::{AppId, SqlError, SqlIdentity, SqlStatement};
use std::time::Duration;

impl Sessions {
    /// Claims a key: `true` for the first who does, and again when the key has expired. Committed at once, as the app
    /// itself, whatever becomes of the call. `time` is what the call has left.
    ///
    /// # Errors
    /// See [`SqlError`].
    pub async fn claim(
        &self,
        app: &AppId,
        scope: &str,
        key: &str,
        ttl_seconds: Option<u64>,
        time: Duration,
    ) -> Result<bool, SqlError> {
        if scope.contains('\0') || key.contains('\0') {
            return Err(SqlError::Refused("a key or scope with a NUL character (U+0000) cannot be stored".into()));
        }
        let (scope, key) = (escape_literal(scope), escape_literal(key));
        let expires = match ttl_seconds {
            Some(seconds) => format!("now() + {seconds} * interval '1 second'"),
            None => "NULL".into(),
        };
        // Of many that delete an expired row, or insert a new one, at the same time, one does; the others wait for it.
        let text = format!(
            "DELETE FROM public._idempotency_keys WHERE scope = {scope} AND key = {key} AND expires_at <= now(); \
             INSERT INTO public._idempotency_keys (scope, key, expires_at) VALUES ({scope}, {key}, {expires}) \
             ON CONFLICT (scope, key) DO NOTHING"
        );
        let statement = SqlStatement { text, parameters: Vec::new() };
        let rows = self.query(app, &SqlIdentity::Service, &statement, time).await?;
        Ok(rows.command == "INSERT 0 1")
    }
}
