//! ristretto255 (RFC 9496 section 4.3) on eight points at once.

use super::field::{
    D, D_MINUS_ONE_SQ, Fe, INVSQRT_A_MINUS_D, ONE, ONE_MINUS_D_SQ, SQRT_AD_MINUS_ONE, SQRT_M1,
    ZERO, absolute, add, carry, choose, cut, from_words, invert, is_negative, is_zero, minus, mul,
    mul_onto, multiple, negate, nothing, plus, splat, sqrt_ratio, square, square_multiple,
    square_sum, sub, to_words,
};
use super::lanes::V;
use super::point::{Point, Projective, addend, sum};
use core::arch::x86_64::{
    __mmask8, _mm512_and_si512, _mm512_cmpneq_epi64_mask, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_xor_si512,
};

/// Decode points (section 4.3.1). The mask names the lanes that hold an element; of the others
/// nothing follows. The identity is an element.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn decode<const N: usize>(words: &[[V; 4]; N]) -> ([__mmask8; N], [Point; N]) {
    let one = splat(&ONE);
    let (mut s, mut u1, mut u2, mut v, mut u) = ([one; N], [one; N], [one; N], [one; N], [one; N]);
    let mut good = [0; N];
    for k in 0..N {
        s[k] = from_words(&words[k]);
        good[k] = !differs(&words[k], &to_words(&s[k])) & !is_negative(&s[k]);
        let ss = cut(&square(&s[k]));
        u1[k] = carry(minus(plus(multiple(), cut(&one)), ss));
        u2[k] = carry(plus(cut(&one), ss));
        u[k] = square(&u2[k]);
        // v = -(D u1^2) - u2^2
        let du = mul_onto(nothing(), &splat(&D), &square(&u1[k]));
        v[k] = carry(minus(minus(multiple(), du), cut(&u[k])));
        u[k] = mul(&v[k], &u[k]);
    }
    let (squares, roots) = sqrt_ratio(&[one; N], &u);
    let mut out = [super::point::identity(); N];
    for k in 0..N {
        let den_x = mul(&roots[k], &u2[k]);
        let den_y = mul(&mul(&roots[k], &den_x), &v[k]);
        let x = absolute(&mul(&add(&s[k], &s[k]), &den_x));
        let y = mul(&u1[k], &den_y);
        let t = mul(&x, &y);
        good[k] &= squares[k] & !is_negative(&t) & !is_zero(&y);
        out[k] = Point { x, y, z: one, t };
    }
    (good, out)
}

/// Encode points (section 4.3.2).
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn encode(p: &Point) -> [V; 4] {
    let (i, one) = (splat(&SQRT_M1), splat(&ONE));
    let u1 = mul(&add(&p.z, &p.y), &sub(&p.z, &p.y));
    let u2 = mul(&p.x, &p.y);
    let (_, root) = sqrt_ratio(&[one], &[mul(&u1, &square(&u2))]);
    let (den1, den2) = (mul(&root[0], &u1), mul(&root[0], &u2));
    let z_inverse = mul(&mul(&den1, &den2), &p.t);
    let rotate = is_negative(&mul(&p.t, &z_inverse));
    let x = choose(rotate, &p.x, &mul(&p.y, &i));
    let y = choose(rotate, &p.y, &mul(&p.x, &i));
    let den = choose(rotate, &den2, &mul(&den1, &splat(&INVSQRT_A_MINUS_D)));
    let y = choose(is_negative(&mul(&x, &z_inverse)), &y, &negate(&y));
    to_words(&absolute(&mul(&den, &sub(&p.z, &y))))
}

/// Encode the doubles of points: each lane's 32 bytes as words (after section 4.3.2).
///
/// With E = 2XY, G = Y^2 - X^2, H = Y^2 + X^2 and F = 2Z^2 - G, the double has x = E / G and
/// y = H / F. The curve's equation gives 1 - y^2 = (a - d) E^2 / F^2, so what section 4.3.2 draws a
/// root of is (a - d) times the square of E^2 H / (G F^2), and only inverses are left. They come
/// from one inversion for all points (Montgomery's trick).
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn encode_doubled(points: &[Projective]) -> Vec<[V; 4]> {
    let one = splat(&ONE);
    let mut parts = Vec::with_capacity(points.len());
    let mut before = Vec::with_capacity(points.len());
    let mut product = one;
    for p in points {
        let part = Parts::new(p);
        before.push(product);
        product = mul(&product, &part.all);
        parts.push(part);
    }
    let mut inverse = invert(&[product])[0];
    let mut out = vec![[cut(&one).0[0]; 4]; points.len()];
    for i in (0..points.len()).rev() {
        let own = mul(&inverse, &before[i]);
        inverse = mul(&inverse, &parts[i].all);
        out[i] = parts[i].encode(&own);
    }
    out
}

/// What the encoding of a double is made of.
struct Parts {
    e: Fe,
    f: Fe,
    g: Fe,
    h: Fe,
    eh: Fe,
    fg: Fe,
    /// Their product; one where it is zero.
    all: Fe,
    /// Where it is zero, which only the identity's double gives.
    none: __mmask8,
}

impl Parts {
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(p: &Projective) -> Self {
        let a = square_sum(&p.x);
        let b = square_multiple(&p.y);
        let c = square_multiple(&p.z);
        let xy = mul_onto(nothing(), &p.x, &p.y);
        let difference = minus(b, a);
        let (e, h) = (carry(plus(xy, xy)), carry(plus(a, b)));
        let (f, g) = (carry(minus(plus(c, c), difference)), carry(difference));
        let (eh, fg) = (mul(&e, &h), mul(&f, &g));
        let product = mul(&eh, &fg);
        let none = is_zero(&product);
        Self { e, f, g, h, eh, fg, all: choose(none, &product, &splat(&ONE)), none }
    }

    /// Encode, given the inverse of the product.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn encode(&self, inverse: &Fe) -> [V; 4] {
        let (i, one) = (splat(&SQRT_M1), splat(&ONE));
        let (ie, ih) = (mul(&self.e, &i), mul(&self.h, &i));
        // T of the double is E H / (F G), with Z = 1.
        let rotate = is_negative(&mul(&square(&self.eh), inverse));
        // x = E / G, or i y = i H / F.
        let over = choose(rotate, &mul(&self.e, &self.f), &mul(&ih, &self.g));
        let x = mul(&mul(&over, &self.eh), inverse);
        // s = (F - H) / (E sqrt(a - d)), or (G - i E) / H; where x is negative, y is -y.
        let y = choose(rotate, &self.h, &ie);
        let y = choose(is_negative(&x), &y, &negate(&y));
        let base = choose(rotate, &self.f, &self.g);
        // 1 / E = H F G / all and 1 / H = E F G / all.
        let other = choose(rotate, &self.h, &self.e);
        let scale = choose(rotate, &splat(&INVSQRT_A_MINUS_D), &one);
        let under = mul(&mul(inverse, &self.fg), &mul(&other, &scale));
        let s = absolute(&mul(&sub(&base, &y), &under));
        to_words(&choose(self.none, &s, &splat(&ZERO)))
    }
}

/// Map uniform strings of 64 bytes, as eight words, to points (section 4.3.4). Sixteen of them,
/// since roots are drawn four together.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn from_uniform(words: &[[V; 8]; 2]) -> [Point; 2] {
    let [[a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]] = *words;
    let [first, second, third, fourth] =
        map(&[[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]]);
    [sum(&first, &addend(&second)), sum(&third, &addend(&fourth))]
}

/// Tell in which lanes a point is the identity: x y is zero on its coset.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn is_identity(p: &Point) -> __mmask8 {
    is_zero(&mul(&p.x, &p.y))
}

/// `MAP` (section 4.3.4).
#[target_feature(enable = "avx512f,avx512ifma")]
fn map<const N: usize>(words: &[[V; 4]; N]) -> [Point; N] {
    let (one, d) = (splat(&ONE), splat(&D));
    let (mut t, mut r, mut u, mut v) = ([one; N], [one; N], [one; N], [one; N]);
    for k in 0..N {
        let mut low = words[k];
        low[3] = _mm512_and_si512(low[3], _mm512_set1_epi64(i64::MAX));
        t[k] = from_words(&low);
        r[k] = mul(&splat(&SQRT_M1), &square(&t[k]));
        u[k] = mul(&add(&r[k], &one), &splat(&ONE_MINUS_D_SQ));
        // v = (-1 - r D) (r + D)
        let rd = mul_onto(nothing(), &r[k], &d);
        v[k] = mul(&carry(minus(minus(multiple(), cut(&one)), rd)), &add(&r[k], &d));
    }
    let (squares, roots) = sqrt_ratio(&u, &v);
    let mut out = [super::point::identity(); N];
    for k in 0..N {
        let other = negate(&absolute(&mul(&roots[k], &t[k])));
        let s = choose(squares[k], &other, &roots[k]);
        let c = choose(squares[k], &r[k], &negate(&one));
        let n = mul(&mul(&c, &sub(&r[k], &one)), &splat(&D_MINUS_ONE_SQ));
        let n = sub(&n, &v[k]);
        let w0 = mul(&add(&s, &s), &v[k]);
        let w1 = mul(&n, &splat(&SQRT_AD_MINUS_ONE));
        let ss = square(&s);
        let (w2, w3) = (sub(&one, &ss), add(&one, &ss));
        out[k] = Point { x: mul(&w0, &w3), y: mul(&w2, &w1), z: mul(&w1, &w3), t: mul(&w0, &w2) };
    }
    out
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn differs(a: &[V; 4], b: &[V; 4]) -> __mmask8 {
    let mut any = _mm512_xor_si512(a[0], b[0]);
    for i in 1..4 {
        any = _mm512_or_si512(any, _mm512_xor_si512(a[i], b[i]));
    }
    _mm512_cmpneq_epi64_mask(any, _mm512_xor_si512(any, any))
}
