//! The time, natively and in the browser.

/// Seconds since some moment, as exactly as the system tells.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn seconds() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Seconds since some moment, as exactly as the browser tells.
#[cfg(target_arch = "wasm32")]
pub(crate) fn seconds() -> f64 {
    use wasm_bindgen::{JsCast, JsValue};

    let performance = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str("performance")).ok();
    let now = performance.as_ref().and_then(|performance| {
        let now = js_sys::Reflect::get(performance, &JsValue::from_str("now")).ok()?;
        now.dyn_into::<js_sys::Function>().ok()?.call0(performance).ok()?.as_f64()
    });
    now.unwrap_or_else(js_sys::Date::now) / 1e3
}
