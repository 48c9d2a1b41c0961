using System.Reflection;
using System.Text;
using MarketLoop.Domain;

namespace MarketLoop.Architecture.Tests;

/// <summary>The nouns that all rooms share change on purpose only.</summary>
public sealed class PublicSurfaceTests
{
    private const BindingFlags OwnPublic = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void The_domains_public_surface_is_the_approved_one()
    {
        StringBuilder text = new();
        foreach (Type type in typeof(Interaction).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).Append('\n');
            foreach (string member in type.GetMembers(OwnPublic).Select(Describe).OfType<string>().Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        Approval.Matches("Domain", text.ToString());
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : "class";

    // What the compiler writes for every record is no decision of ours.
    private static string? Describe(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}",
        FieldInfo { IsSpecialName: false } field => $"{Short(field.FieldType)} {field.Name}",
        PropertyInfo property => $"{Short(property.PropertyType)} {property.Name} {{ {(property.CanRead ? "get; " : "")}{(property.CanWrite ? "set; " : "")}}}",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when !IsWrittenByCompiler(method) => $"{Short(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => null,
    };

    private static bool IsWrittenByCompiler(MethodInfo method) =>
        method.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" || method.Name.Contains('$', StringComparison.Ordinal);

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{Short(parameter.ParameterType)} {parameter.Name}"));

    private static string Short(Type type) =>
        !type.IsGenericType ? type.Name : $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>";
}
