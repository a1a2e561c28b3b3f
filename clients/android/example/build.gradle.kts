plugins {
    id("com.android.application") version "8.13.0"
}

android {
    namespace = "com.example.recall.example"
    compileSdk = 36
    defaultConfig {
        applicationId = "com.example.recall.example"
        minSdk = 21
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
    }
    // The logic of the screen, which has no Android in it.
    sourceSets["main"].java.srcDir("../sample/src/main/java")
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    buildTypes {
        release {
            isMinifyEnabled = true // with the rules that recall-android brings
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"))
        }
    }
}

dependencies {
    implementation("com.example.recall:recall-android:0.1.0")
    compileOnly("org.jspecify:jspecify:1.0.0")
}
