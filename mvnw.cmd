@echo off
rem Runs Maven on a JDK 25 or newer: see mvnw, which does the same for the other systems.
setlocal
set "ROOT=%~dp0"
call "%ROOT%.mvn\find-jdk.cmd" mvnw || exit /b 1

set "VERSION="
for /f "usebackq tokens=1,2 delims==" %%a in ("%ROOT%.mvn\wrapper\maven-wrapper.properties") do (
  if "%%a"=="mavenVersion" set "VERSION=%%b"
  if "%%a"=="distributionSha256Sum" set "SHA256=%%b"
)
set "DISTS=%USERPROFILE%\.m2\wrapper\dists"
if defined MAVEN_USER_HOME set "DISTS=%MAVEN_USER_HOME%\wrapper\dists"
set "MAVEN_OPTS=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow %MAVEN_OPTS%"
set "M2_HOME="
set "MAVEN_HOME="

call :cached
if defined MVN goto run
if defined MVNW_REPOURL goto repository

for /f "delims=" %%m in ('where mvn.cmd 2^>nul') do if not defined OTHER set "OTHER=%%m"
if not defined OTHER (
  echo mvnw: Maven %VERSION% is needed and there is no mvn to fetch it with. Install Maven of any version, 1>&2
  echo or set MVNW_REPOURL to the URL of a Maven repository that you trust. 1>&2
  exit /b 1
)
for /f "tokens=3" %%v in ('call "%OTHER%" -B --version 2^>nul ^| findstr /b /c:"Apache Maven"') do set "FOUND=%%v"
echo %FOUND%| findstr /r /b "3\.9\. 3\.[1-9][0-9]" >nul && set "MVN=%OTHER%" && goto run

echo mvnw: fetching Maven %VERSION% through %OTHER% 1>&2
set "WORK=%DISTS%\.new-%RANDOM%%RANDOM%"
mkdir "%WORK%" || exit /b 1
pushd "%WORK%"
call "%OTHER%" -q -B -C org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-Dartifact=org.apache.maven:apache-maven:%VERSION%:zip:bin" "-DoutputDirectory=%WORK%" 1>&2
popd
goto unpack

:repository
set "WORK=%DISTS%\.new-%RANDOM%%RANDOM%"
mkdir "%WORK%" || exit /b 1
curl -fsSL -o "%WORK%\apache-maven-%VERSION%-bin.zip" "%MVNW_REPOURL%/org/apache/maven/apache-maven/%VERSION%/apache-maven-%VERSION%-bin.zip" || exit /b 1

:unpack
certutil -hashfile "%WORK%\apache-maven-%VERSION%-bin.zip" SHA256 | findstr /i /c:"%SHA256%" >nul || (
  echo mvnw: the sha256 of apache-maven-%VERSION%-bin.zip is not %SHA256% 1>&2
  rmdir /s /q "%WORK%"
  exit /b 1
)
pushd "%WORK%"
"%JAVA_HOME%\bin\jar" xf "apache-maven-%VERSION%-bin.zip"
popd
if not exist "%DISTS%\apache-maven-%VERSION%" mkdir "%DISTS%\apache-maven-%VERSION%"
move "%WORK%\apache-maven-%VERSION%" "%DISTS%\apache-maven-%VERSION%\%SHA256:~0,8%" >nul
rmdir /s /q "%WORK%"
call :cached
if not defined MVN (
  echo mvnw: %DISTS%\apache-maven-%VERSION% is not usable 1>&2
  exit /b 1
)

:run
call "%MVN%" %*
exit /b %ERRORLEVEL%

:cached
for /d %%d in ("%DISTS%\apache-maven-%VERSION%\*") do if exist "%%d\lib\maven-core-%VERSION%.jar" set "MVN=%%d\bin\mvn.cmd"
exit /b 0
