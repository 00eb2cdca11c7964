@echo off
rem Starts the command line; builds it when nothing is built yet. See smolvlm, which also rebuilds
rem when sources changed; here that is `mvnw package -DskipTests`.
setlocal
set "ROOT=%~dp0"
call "%ROOT%.mvn\find-jdk.cmd" smolvlm || exit /b 1

if not exist "%ROOT%target\launcher\built" (
  echo smolvlm: building; the first time takes some minutes and fetches libraries 1>&2
  call "%ROOT%mvnw.cmd" -q -B -f "%ROOT%pom.xml" -DskipTests -Dspotless.check.skip=true package 1>&2 || exit /b 1
)
for %%j in ("%ROOT%target\app\smolvlm-app-*.jar") do set "APP=%%j"
set /p CLI=<"%ROOT%target\launcher\cli.classpath"
for /f "usebackq delims=" %%c in ("%ROOT%target\launcher\models.classpath") do set "MODELS=%%c"

set "RUN="
if "%~1"=="serve" set "RUN=;%ROOT%target\app\quarkus-app\quarkus-run.jar"
"%JAVA_HOME%\bin\java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Djava.awt.headless=true %SMOLVLM_JAVA_OPTS% -cp "%APP%;%CLI%;%MODELS%%RUN%" io.smolvlm.app.cli.Main %*
exit /b %ERRORLEVEL%
