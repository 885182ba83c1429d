//! Modular exponentiation with a public exponent: all that RSA asks of a sandbox, for private keys are used on the host.
//! The time depends on the exponent and on the lengths, not on the base.

/// `base` to the power of `exponent`, modulo `modulus`, as long as the modulus; all of them big-endian. `None` unless the
/// modulus is odd and larger than 1, and the base smaller than it.
pub fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
    let field = Field::new(modulus)?;
    let base = field.element(base)?;
    let exponent = strip(exponent);
    let mut power = field.one.clone();
    let base = field.multiply(&base, &field.square_of_radix);
    for byte in exponent {
        for bit in (0..8).rev() {
            power = field.multiply(&power, &power);
            if byte >> bit & 1 == 1 {
                power = field.multiply(&power, &base);
            }
        }
    }
    let mut plain = vec![0; field.limbs.len()];
    plain[0] = 1;
    let power = field.multiply(&power, &plain);
    let bytes: Vec<u8> = power.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    let whole = bytes.len().checked_sub(modulus.len());
    Some(match whole {
        Some(surplus) => bytes[surplus..].to_vec(),
        None => [vec![0; modulus.len() - bytes.len()], bytes].concat(),
    })
}

/// Without zeros in front.
pub fn strip(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    &bytes[zeros..]
}

/// Arithmetic modulo an odd number, in Montgomery's form. Limbs are little-endian.
struct Field {
    limbs: Vec<u32>,
    /// -1 / modulus, modulo 2^32.
    inverse: u32,
    /// 1 in the form.
    one: Vec<u32>,
    /// The radix in the form: what takes a number into it.
    square_of_radix: Vec<u32>,
}

impl Field {
    fn new(modulus: &[u8]) -> Option<Self> {
        let modulus = strip(modulus);
        if modulus.last().is_none_or(|last| last % 2 == 0) || modulus == [1] {
            return None;
        }
        let limbs = from_bytes(modulus, modulus.len().div_ceil(4));
        // Newton's iteration doubles the bits that are right; an odd number is its own inverse modulo 8.
        let mut inverse = limbs[0];
        for _ in 0..4 {
            inverse = inverse.wrapping_mul(2_u32.wrapping_sub(limbs[0].wrapping_mul(inverse)));
        }
        let mut field = Self { inverse: inverse.wrapping_neg(), one: Vec::new(), square_of_radix: Vec::new(), limbs };
        let bits = field.limbs.len() * 32;
        let top = bits - 1 - field.limbs.last()?.leading_zeros() as usize;
        let mut power = vec![0; field.limbs.len()];
        power[top / 32] = 1 << (top % 32);
        if top == 0 {
            return None;
        }
        for _ in top..bits {
            field.double(&mut power);
        }
        field.one = power.clone();
        // 2 in the form, to the power of the bits of the radix.
        field.double(&mut power);
        let two = power.clone();
        let mut square = field.one.clone();
        for bit in (0..usize::BITS - bits.leading_zeros()).rev() {
            square = field.multiply(&square, &square);
            if bits >> bit & 1 == 1 {
                square = field.multiply(&square, &two);
            }
        }
        field.square_of_radix = square;
        Some(field)
    }

    fn element(&self, bytes: &[u8]) -> Option<Vec<u32>> {
        let bytes = strip(bytes);
        if bytes.len() > self.limbs.len() * 4 {
            return None;
        }
        let element = from_bytes(bytes, self.limbs.len());
        let (_, smaller) = subtract(&element, &self.limbs);
        smaller.then_some(element)
    }

    fn double(&self, number: &mut Vec<u32>) {
        let mut carry = 0;
        for limb in number.iter_mut() {
            (*limb, carry) = (*limb << 1 | carry, *limb >> 31);
        }
        self.reduce(number, carry);
    }

    /// Takes the modulus away once if the number, with its carry, is not smaller.
    fn reduce(&self, number: &mut Vec<u32>, carry: u32) {
        let (less, borrow) = subtract(number, &self.limbs);
        let keep = u32::from(borrow & (carry == 0)).wrapping_neg();
        for (limb, less) in number.iter_mut().zip(less) {
            *limb = (*limb & keep) | (less & !keep);
        }
    }

    /// The product of two numbers in the form.
    fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let size = self.limbs.len();
        let mut sum = vec![0_u32; size + 2];
        for &a in a {
            let carry = add_product(&mut sum[..size], b, a);
            let top = u64::from(sum[size]) + u64::from(carry);
            sum[size] = top as u32;
            sum[size + 1] = (top >> 32) as u32;
            let factor = sum[0].wrapping_mul(self.inverse);
            let carry = add_product(&mut sum[..size], &self.limbs, factor);
            let top = u64::from(sum[size]) + u64::from(carry);
            sum[size] = top as u32;
            sum[size + 1] += (top >> 32) as u32;
            // The lowest limb is zero.
            sum.rotate_left(1);
        }
        let carry = sum[size];
        sum.truncate(size);
        self.reduce(&mut sum, carry);
        sum
    }
}

/// Adds `b` times `a`; what is carried out of the last limb.
fn add_product(sum: &mut [u32], b: &[u32], a: u32) -> u32 {
    let mut carry = 0_u64;
    for (sum, &b) in sum.iter_mut().zip(b) {
        let product = u64::from(a) * u64::from(b) + u64::from(*sum) + carry;
        *sum = product as u32;
        carry = product >> 32;
    }
    carry as u32
}

/// The difference, and whether `b` is larger.
fn subtract(a: &[u32], b: &[u32]) -> (Vec<u32>, bool) {
    let mut borrow = false;
    let difference = a.iter().zip(b).map(|(&a, &b)| {
        let (less, first) = a.overflowing_sub(b);
        let (less, second) = less.overflowing_sub(u32::from(borrow));
        borrow = first | second;
        less
    });
    (difference.collect(), borrow)
}

fn from_bytes(bytes: &[u8], size: usize) -> Vec<u32> {
    let mut limbs: Vec<u32> =
        bytes.rchunks(4).map(|limb| limb.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))).collect();
    limbs.resize(size, 0);
    limbs
}
