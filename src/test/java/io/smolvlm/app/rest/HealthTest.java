package io.smolvlm.app.rest;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class HealthTest {
  @Test
  void serviceIsLive() {
    get("/health/live").then().statusCode(200).body("status", equalTo("UP"));
  }

  @Test
  void serviceIsReady() {
    get("/health/ready").then().statusCode(200).body("status", equalTo("UP"));
  }
}
