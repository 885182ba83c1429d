//! Admission: how many calls run at once, in all and per app. One app cannot take every slot, and whoever finds none is
//! told at once instead of waiting.

use ramekin_model::AppId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Slots for running calls.
pub struct Admission {
    total: usize,
    per_app: usize,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    total: usize,
    apps: HashMap<AppId, usize>,
    counts: Counts,
}

/// What became of calls since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Admitted.
    pub admitted: u64,
    /// Refused because every slot was taken.
    pub refused: u64,
    /// Refused because their app had all that it may have.
    pub refused_of_app: u64,
}

/// Why a call was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{running} of {limit} calls are running")]
pub struct Refused {
    /// Calls running now.
    pub running: usize,
    /// How many may run.
    pub limit: usize,
}

/// A slot; dropping it frees it.
pub struct Slot {
    admission: Arc<Admission>,
    app: AppId,
}

impl Admission {
    /// So many slots in all, and so many per app.
    pub fn new(total: usize, per_app: usize) -> Arc<Self> {
        Arc::new(Self { total, per_app, running: Mutex::default() })
    }

    /// Takes a slot.
    ///
    /// # Errors
    /// When there is none left, in all or for this app.
    pub fn admit(self: &Arc<Self>, app: &AppId) -> Result<Slot, Refused> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.total >= self.total {
            running.counts.refused += 1;
            return Err(Refused { running: running.total, limit: self.total });
        }
        let Running { total, apps, counts } = &mut *running;
        let of_app = match apps.get_mut(app) {
            Some(count) => count,
            None => apps.entry(app.clone()).or_default(),
        };
        if *of_app >= self.per_app {
            counts.refused_of_app += 1;
            return Err(Refused { running: *of_app, limit: self.per_app });
        }
        *of_app += 1;
        *total += 1;
        counts.admitted += 1;
        Ok(Slot { admission: Arc::clone(self), app: app.clone() })
    }

    /// What became of calls since the start.
    pub fn counts(&self) -> Counts {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).counts
    }

    /// Calls running now.
    pub fn running(&self) -> usize {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut running = self.admission.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.total = running.total.saturating_sub(1);
        if let Some(count) = running.apps.get_mut(&self.app) {
            *count -= 1;
            if *count == 0 {
                running.apps.remove(&self.app);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(n: u8) -> AppId {
        format!("app_00000000000{n}").parse().unwrap()
    }

    #[test]
    fn admits_up_to_each_limit_and_frees_on_drop() {
        let admission = Admission::new(3, 2);
        let first = admission.admit(&app(1)).unwrap();
        let _second = admission.admit(&app(1)).unwrap();
        assert_eq!(admission.admit(&app(1)).err(), Some(Refused { running: 2, limit: 2 }));
        let _other = admission.admit(&app(2)).unwrap();
        assert_eq!(admission.admit(&app(3)).err(), Some(Refused { running: 3, limit: 3 }));
        drop(first);
        assert_eq!(admission.running(), 2);
        assert!(admission.admit(&app(1)).is_ok());
        assert_eq!(admission.running(), 2, "the slot above was dropped at once");
        assert_eq!(admission.running.lock().unwrap().apps.len(), 2);
        assert_eq!(admission.counts(), Counts { admitted: 4, refused: 1, refused_of_app: 1 });
    }
}
