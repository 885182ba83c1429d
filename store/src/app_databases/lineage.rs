//! The migrations of apps' databases: forward only, each in one transaction with the row that says it was applied, and run
//! as the login that owns the app's objects.

use super::cluster::connect;
use crate::StoreError;
use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::collections::BTreeMap;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/app");

/// The newest migration of this server.
pub(super) fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Applies what is missing; the caller sees to it that nobody else does at the same time. Returns the newest version, which
/// is not of this server when a newer one has been here.
pub(super) async fn apply(owner: &PgConnectOptions) -> Result<i64, StoreError> {
    let mut connection = connect(owner).await?;
    let ask = "SELECT version, checksum FROM ramekin_app.schema_migrations";
    let applied: Vec<(i64, Vec<u8>)> = sqlx::query_as(ask).fetch_all(&mut connection).await?;
    let applied: BTreeMap<i64, Vec<u8>> = applied.into_iter().collect();
    for migration in MIGRATIONS.iter() {
        match applied.get(&migration.version) {
            None => step(&mut connection, migration).await?,
            Some(checksum) if **checksum != *migration.checksum => {
                return Err(StoreError::Migration(format!(
                    "migration {} of this server is not the one that was applied to the app's database; start the release \
                     that applied it, or a later one",
                    migration.version
                )));
            }
            Some(_) => {}
        }
    }
    connection.close().await?;
    Ok(applied.into_keys().max().unwrap_or_default().max(newest()))
}

async fn step(connection: &mut PgConnection, migration: &Migration) -> Result<(), StoreError> {
    let mut transaction = connection.begin().await?;
    let version = migration.version;
    transaction.execute(migration.sql.clone()).await.map_err(|error| match StoreError::from(error) {
        unavailable @ StoreError::Unavailable(_) => unavailable,
        other => StoreError::Migration(format!("migration {version} of the app's database: {other}")),
    })?;
    let note = "INSERT INTO ramekin_app.schema_migrations (version, description, checksum) VALUES ($1, $2, $3)";
    sqlx::query(note)
        .bind(version)
        .bind(&*migration.description)
        .bind(&*migration.checksum)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}
