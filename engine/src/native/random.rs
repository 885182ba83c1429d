//! Randomness: a ChaCha generator seeded by the host in the call, at first use. Two instances of one image share nothing.

use crate::bindings::ramekin::function::entropy;
use crate::js;
use crate::state::EVALUATING;
use javy::quickjs::{Ctx, Exception, Result, Value};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::cell::{Cell, RefCell};

thread_local! {
    static GENERATOR: RefCell<Option<ChaCha12Rng>> = const { RefCell::new(None) };
    /// For `Math.random` while a module is evaluated ahead of time: the same source must give the same image.
    static FIXED: Cell<u64> = const { Cell::new(0x9E37_79B9_7F4A_7C15) };
}

fn with_generator<R>(f: impl FnOnce(&mut ChaCha12Rng) -> R) -> R {
    GENERATOR.with_borrow_mut(|slot| {
        f(slot.get_or_insert_with(|| {
            let mut seed = [0_u8; 32];
            let entropy = entropy::fill(32);
            seed.copy_from_slice(&entropy[..32]);
            ChaCha12Rng::from_seed(seed)
        }))
    })
}

pub fn fill(ctx: Ctx<'_>, into: Value<'_>) -> Result<()> {
    let filled = js::with_bytes_mut(&into, |bytes| with_generator(|generator| generator.fill_bytes(bytes)));
    filled.ok_or_else(|| Exception::throw_type(&ctx, "expected an integer-typed array"))
}

pub fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    with_generator(|generator| generator.fill_bytes(&mut bytes));
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

pub fn math_random() -> f64 {
    let bits = if EVALUATING.get() {
        // xorshift64*: any fixed sequence does.
        let mut x = FIXED.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        FIXED.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    } else {
        with_generator(RngCore::next_u64)
    };
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}
