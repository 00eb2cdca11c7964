package io.smolvlm.app.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The values that a setting may have, both ends included, written as the setting itself is:
/// `"16"`, `"20M"`, `"5s"`. Checked at start by [ConfigRules] and shown in the documentation.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Allowed {
  String from();

  String to();
}
