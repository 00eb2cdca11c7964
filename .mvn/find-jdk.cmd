@rem Called by mvnw.cmd and smolvlm.cmd: sets JAVA_HOME to a JDK of version 25 or newer.
@echo off
if defined JAVA_HOME call :look "%JAVA_HOME%" && exit /b 0
for /f "delims=" %%j in ('where java 2^>nul') do call :look "%%~dpj.." && exit /b 0
for %%p in (
  "%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Java" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu"
  "%ProgramFiles%\Amazon Corretto" "%ProgramFiles%\BellSoft" "%USERPROFILE%\.jdks" "%USERPROFILE%\.jbang\cache\jdks"
  "%USERPROFILE%\scoop\apps" "%LOCALAPPDATA%\mise\installs\java"
) do for /d %%d in ("%%~p\*") do call :look "%%d" && exit /b 0
echo %1: no JDK 25 or newer found. Install one, for example with 1>&2
echo   winget install EclipseAdoptium.Temurin.25.JDK 1>&2
echo or set JAVA_HOME to its folder. 1>&2
exit /b 1

:look
if not exist "%~1\bin\javac.exe" exit /b 1
if not exist "%~1\release" exit /b 1
set "MAJOR=0"
for /f "tokens=2 delims==" %%v in ('findstr /b JAVA_VERSION= "%~1\release"') do for /f "delims=." %%m in ("%%~v") do set "MAJOR=%%m"
if %MAJOR% LSS 25 exit /b 1
set "JAVA_HOME=%~f1"
exit /b 0
